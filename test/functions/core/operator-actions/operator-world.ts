import type { AdminAction, AdminAnswer, AdminFields } from "../../../../contract/operator-actions.ts";
import type { Person } from "../../../../functions/core/identity.ts";
import { operatorActions } from "../../../../functions/core/operator-actions/actions.ts";
import type { OperatorDeps } from "../../../../functions/core/operator-actions/deps.ts";
import { adminDeps } from "../../../support/admin-deps.ts";
import { fakeHasher, loggedIn, loginWorld, shop } from "../../../support/fakes.ts";

/** Operators of a deployment over the simulated tables, where Zhang San is `user-1` and Li Si is `user-2`. */
export function operatorWorld(changes: Partial<OperatorDeps> = {}) {
  const world = loginWorld();
  const { accounts, directory, numberMemory, revocations, sessions } = world;
  const hashes = { ...fakeHasher(), isHash: (text: string) => text.startsWith("hash of ") };
  const random = (size: number) => Buffer.alloc(size, 7);
  const deps = {
    ...adminDeps([shop]),
    accounts,
    directory,
    numberMemory,
    revocations,
    sessions,
    hashes,
    random,
    ...changes,
  };
  return {
    ...world,
    ask: <A extends AdminAction>(action: A, fields: AdminFields[A]): Promise<AdminAnswer<A>> =>
      operatorActions[action](fields, deps),
    /** A new session of somebody who is bound. */
    open: async (person: Person) => loggedIn(await world.login(world.withCode(person))).sessionId,
  };
}

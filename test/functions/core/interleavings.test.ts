import { describe, expect, test } from "vitest";
import * as administration from "../../../functions/core/account-administration.ts";
import { authorize } from "../../../functions/core/authorize.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { login } from "../../../functions/core/login.ts";
import type { LoggedIn } from "../../../functions/core/login-attempt.ts";
import { isRefusal, type Refusal } from "../../../functions/core/refusal.ts";
import { unbindIdentity } from "../../../functions/core/revocation.ts";
import {
  alice,
  fakeHasher,
  loggedIn,
  loginWorld,
  noon,
  refusalOf,
  tables,
  zhangsan,
} from "../../support/fakes.ts";
import { everyInterleaving, type Schedule } from "../../support/interleavings.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";

const newPassword = "a new password";
const noLimits = { perIdentity: 0, perSourceIp: 0, perUsername: 0 };

/** Zhang San's account; Alice is bound to it or not, with a session in the first case. */
async function world({ isBound }: { isBound: boolean }, schedule: Schedule, clocks: Clocks) {
  const stage = loginWorld({ limits: noLimits, before: schedule.gate });
  const { deps, withCode, accounts, directory, revocations, dynamoDb, bindings } = stage;
  const at = (offset: number) => ({ ...deps, now: () => noon + offset });
  const before = isBound ? loggedIn(await login(withCode(alice, zhangsan), deps)).sessionId : undefined;
  const builtIn: administration.BuiltInAccountDeps = {
    accounts,
    directory,
    revocations,
    hashes: { ...fakeHasher(), isHash: () => true },
    random: seededRandom("admin"),
  };
  const account = async () => {
    const found = await accounts.find("zhangsan");
    if (!found) throw new Error("The account is gone");
    return found;
  };
  const zhang = await account();
  return {
    ...stage,
    before,
    builtIn,
    zhang,
    account,
    logIn: (credentials?: typeof zhangsan) => login(withCode(alice, credentials), at(clocks.login)),
    isAllowed: async (sessionId: string) =>
      (await authorize(sessionId, stage.read, () => noon + clocks.authorizer)) !== undefined,
    generation: () => bindings.of(alice)?.generation ?? 0,
    accountRow: () => dynamoDb.get(tables.accounts, { key: "username#zhangsan" }),
  };
}

type World = Awaited<ReturnType<typeof world>>;
type Act = (world: World) => Promise<unknown>;

interface Clocks {
  /** Milliseconds that this function's clock is ahead of the others'. */
  readonly login: number;
  readonly authorizer: number;
}

const logins: Readonly<Record<string, Act>> = {
  "silent login": (w) => w.logIn(),
  "login with password": (w) => w.logIn(zhangsan),
};

/** `next`: what a silent login gets once it is over, and the login with the password that is valid then. */
const endings: Readonly<
  Record<string, { act: Act; silent: string; password?: string; withPassword: string }>
> = {
  "sessions revoke": {
    act: (w) => administration.endSessionsOfUser("user-1", w.builtIn),
    silent: "logged in",
    withPassword: "logged in",
  },
  "bindings remove": {
    act: (w) => administration.unbindUser("user-1", w.builtIn),
    silent: "binding_required",
    withPassword: "logged in",
  },
  "the owner's unbind": {
    act: (w) => unbindIdentity(alice, "user-1", w.revocations, 0),
    silent: "binding_required",
    withPassword: "logged in",
  },
  passwd: {
    act: (w) => administration.changePassword(w.zhang, newPassword, w.builtIn),
    silent: "binding_required",
    password: newPassword,
    withPassword: "logged in",
  },
  "remove and add": {
    async act(w) {
      await administration.remove(w.zhang, w.builtIn);
      await administration.addAccount(
        { username: "zhangsan", userId: "user-1", password: newPassword },
        w.builtIn,
      );
    },
    silent: "binding_required",
    password: newPassword,
    withPassword: "logged in",
  },
  disable: {
    act: (w) => administration.disable(w.zhang, w.builtIn),
    silent: "account_disabled",
    withPassword: "account_disabled",
  },
};

const enable: Act = async (w) => administration.enable(await w.account(), w.builtIn);

const outcome = (result: LoggedIn | Refusal) => refusalOf(result) ?? "logged in";

const anHour = 3_600_000;
const clocks: Clocks[] = [
  { login: 0, authorizer: 0 },
  { login: -anHour, authorizer: anHour },
  { login: anHour, authorizer: -anHour },
];

/** What the tables hold is of one piece: what the account lists is bound to it, and its row and item go together. */
async function expectWhole(w: World): Promise<void> {
  const item = w.bindings.accountItem("user-1");
  const listed = item?.[`identities:${alice.appId}`];
  const isListed =
    listed instanceof Set && [...listed].some((key) => Buffer.compare(key, identityKey(alice)) === 0);
  expect(isListed).toBe(w.bindings.of(alice)?.userId === "user-1");
  const row = w.accountRow();
  if (row && item?.generation !== undefined) expect(item.generation).toBe(row.generation);
  if (row) expect(item?.disabled === true).toBe(row.disabled === true);
}

describe.each(clocks)("with clocks apart by %o", (apart) => {
  describe.each(Object.entries(endings))("%s", (name, { act, silent, password, withPassword }) => {
    test.each(Object.entries(logins))(
      "against a %s of a bound identity, in every order",
      async (_, logIn) => {
        const orders = await everyInterleaving(async (schedule) => {
          const w = await world({ isBound: true }, schedule, apart);
          const [, result] = await schedule.run<unknown>([() => act(w), () => logIn(w)]);
          expect(await w.isAllowed(w.before ?? "")).toBe(false);
          const session = sessionIn(result);
          // Where the door is not shut, a login may have come after: its session is then of the new generation.
          if (session !== undefined && silent !== "logged in" && w.bindings.of(alice)?.userId === undefined) {
            expect(await w.isAllowed(session)).toBe(false);
          }
          await expectWhole(w);
          // An unchanged password may have bound it anew, after the unbinding.
          const isBoundAnew = silent === "binding_required" && w.bindings.of(alice)?.userId !== undefined;
          if (!isBoundAnew || password !== undefined) {
            expect(outcome(await w.logIn())).toBe(silent);
          }
          const typed = { ...zhangsan, password: password ?? zhangsan.password };
          expect(outcome(await w.logIn(typed))).toBe(withPassword);
        });
        expect(orders).toBeGreaterThan(2);
      },
    );

    test("against a first login, in every order: what was shut stays shut", async () => {
      const orders = await everyInterleaving(async (schedule) => {
        const w = await world({ isBound: false }, schedule, apart);
        const [, result] = await schedule.run<unknown>([() => act(w), () => w.logIn(zhangsan)]);
        const session = sessionIn(result);
        const isOpen = session !== undefined && (await w.isAllowed(session));
        // The password was right before and after: that login may count as one that came after.
        if (["passwd", "remove and add", "disable"].includes(name)) expect(isOpen).toBe(false);
        if (isOpen) expect(w.bindings.of(alice)?.userId).toBe("user-1");
        if (password !== undefined) expect(w.bindings.of(alice)?.userId).toBeUndefined();
        await expectWhole(w);
        const typed = { ...zhangsan, password: password ?? zhangsan.password };
        expect(outcome(await w.logIn(typed))).toBe(withPassword);
      });
      expect(orders).toBeGreaterThan(2);
    });
  });
});

describe("two at once that end or restore access, in every order", () => {
  const acts: Readonly<Record<string, Act>> = {
    ...Object.fromEntries(Object.entries(endings).map(([name, { act }]) => [name, act])),
    enable,
  };
  const names = Object.keys(acts);
  const pairs = names.flatMap((first, at) => names.slice(at).map((second) => [first, second] as const));

  test.each(pairs)("%s and %s", async (first, second) => {
    await everyInterleaving(async (schedule) => {
      const w = await world({ isBound: true }, schedule, { login: 0, authorizer: 0 });
      await schedule.run([act(first, w), act(second, w)]);
      const isEnding = first !== "enable" || second !== "enable";
      if (isEnding) expect(await w.isAllowed(w.before ?? "")).toBe(false);
      await expectWhole(w);
    });
  });

  /** What finds the account gone meanwhile has nothing left to do. */
  const act = (name: string, w: World) => async () => {
    try {
      await acts[name]?.(w);
    } catch (error) {
      if (!(error instanceof Error && error.message === "The account is gone")) throw error;
    }
  };
});

function sessionIn(result: unknown): string | undefined {
  if (typeof result !== "object" || result === null || isRefusal(result)) return undefined;
  return "sessionId" in result ? String(result.sessionId) : undefined;
}

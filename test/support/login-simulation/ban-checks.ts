import type { Item } from "../dynamodb-expressions.ts";
import type { Order } from "./session-checks.ts";
import { hex } from "./table-checks.ts";

/** Something that may let people in again, from its request on until nothing of it can come any more. */
export interface Enabling {
  isOver: () => boolean;
}

interface Disabling {
  readonly asked: Order;
  /** Nobody was about to enable anybody when it began. */
  readonly isAlone: boolean;
}

const never = Number.POSITIVE_INFINITY;

/** Who was disabled gets in no more, until somebody is about to enable anybody. */
export function banChecks(next: () => Order, violated: (what: string) => void) {
  const users = new Map<string, Order>();
  const identities = new Map<string, Order>();
  let enablings: Enabling[] = [];
  let lastEnabling: Order = 0;
  let mayBe = false;

  return {
    /** Whether anybody may have been disabled, ever. */
    get mayBe(): boolean {
      return mayBe;
    },
    disabling(): Disabling {
      mayBe = true;
      enablings = enablings.filter(({ isOver }) => !isOver());
      return { asked: next(), isAlone: enablings.length === 0 };
    },
    /** It was said to be done, and these are the account's identities. */
    disabled({ asked, isAlone }: Disabling, userId: string, those: readonly Item[]): void {
      if (lastEnabling > asked || !isAlone) return;
      if (those.some((it) => it.disabled !== true)) violated("an account is disabled, and not its identity");
      const done = next();
      users.set(userId, done);
      for (const { key } of those) identities.set(hex(key), done);
    },
    enabling(): Enabling {
      lastEnabling = next();
      users.clear();
      identities.clear();
      const it: Enabling = { isOver: () => false };
      enablings.push(it);
      return it;
    },
    loggedIn(userId: string, identity: string, asked: Order): void {
      if ((users.get(userId) ?? never) < asked) violated("who is disabled logs in");
      if ((identities.get(identity) ?? never) < asked) violated("an identity logs in that was disabled");
    },
  };
}

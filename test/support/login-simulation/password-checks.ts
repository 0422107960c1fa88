import type { Order } from "./session-checks.ts";
import type { IdentityChange } from "./table-checks.ts";

/** One password that an account has had, or was to have. */
interface Version {
  /** It was said to be the one. */
  confirmed: Order;
  /** Whatever was asked for later than this must not get in with it. */
  deadAt: Order;
  /** Whether its change may still come to be. */
  readonly isOver: () => boolean;
  /** Those whose changes were over when this one was asked for: they end with it. */
  readonly earlier: readonly Version[];
}

export interface TypedPassword {
  readonly account: number;
  /** Undefined: it never was one. */
  readonly version: number | undefined;
}

const never = Number.POSITIVE_INFINITY;

/** Which passwords open, and that no binding stands on one that does not any more. */
export function passwordChecks(
  { accounts }: { readonly accounts: number },
  next: () => Order,
  violated: (what: string) => void,
) {
  const versions: Version[][] = Array.from({ length: accounts }, () => [
    { confirmed: 0, deadAt: never, isOver: () => true, earlier: [] },
  ]);
  const boundBy = new Map<string, TypedPassword>();

  const find = ({ account, version }: TypedPassword) =>
    version === undefined ? undefined : versions[account]?.[version];

  return {
    /** The number of the last one, or of one before it. */
    latest: (account: number, back = 0): number => (versions[account]?.length ?? 1) - 1 - back,

    /** An account is to have another one, or none; its number. */
    changing(account: number, isOver: () => boolean): number {
      const all = versions[account] ?? [];
      const earlier = all.filter((it) => it.isOver());
      return all.push({ confirmed: never, deadAt: never, isOver, earlier }) - 1;
    },

    /** It was said to have it; or, where it `isNone`, that there is no such account any more. */
    changed(account: number, version: number, isNone = false): void {
      const done = next();
      const it = versions[account]?.[version];
      if (!it) return;
      if (!isNone) it.confirmed = done;
      for (const one of it.earlier) one.deadAt = Math.min(one.deadAt, done);
      for (const typed of boundBy.values()) {
        if ((find(typed)?.deadAt ?? never) < never) violated("a binding by an old password stays");
      }
    },

    /** What a login that was asked for then, with this, may be told by now. */
    stateOf(typed: TypedPassword, asked: Order): NonNullable<"right" | "wrong" | "changing"> {
      const it = find(typed);
      if (!it || it.deadAt < asked) return "wrong";
      const isLast = typed.version === (versions[typed.account]?.length ?? 0) - 1;
      const others = versions[typed.account]?.filter((other) => other !== it) ?? [];
      const isAlone = others.every(({ deadAt }) => deadAt < asked);
      return isLast && isAlone && it.confirmed < asked && it.deadAt === never ? "right" : "changing";
    },

    /** An identity has been bound, or is no more. */
    onChange({ key, before, now }: IdentityChange, by: TypedPassword | undefined): void {
      if (now.userId === undefined) boundBy.delete(key);
      if (before?.userId !== undefined || now.userId === undefined || !by) return;
      boundBy.set(key, by);
      if ((find(by)?.deadAt ?? never) < never) violated("a bind comes after its password was changed");
    },
  };
}

import { type Fault, type Happening, type Schedule, type Setup, type Step, verifiers } from "./schedule.ts";

/** Which verifiers serve, and what else there must be. */
const needed = {
  any: { among: verifiers },
  accounts: { among: ["built-in", "own, with generations", "own, without generations"] },
  "built-in accounts": { among: ["built-in"] },
  "owner's accounts": { among: ["own, with generations", "own, without generations"] },
  phone: { among: verifiers, phone: true },
  "accounts' numbers": { among: ["built-in"], phone: true },
  "numbers alone": { among: ["none"], phone: true },
  sessionKeys: { among: verifiers, sessionKeys: true },
} as const satisfies Record<string, Need>;

interface Need {
  readonly among: readonly Setup["verifier"][];
  readonly phone?: boolean;
  readonly sessionKeys?: boolean;
}

interface Race {
  readonly kinds: readonly [Happening, Happening, ...Happening[]];
  readonly needs?: keyof typeof needed;
  readonly people?: 2;
}

/** What gets into each other's way. */
const races: readonly Race[] = [
  { kinds: ["types the password", "changes the password"], needs: "owner's accounts" },
  { kinds: ["types the password", "changes the password"], needs: "owner's accounts" },
  { kinds: ["types the password", "changes the password"], needs: "built-in accounts" },
  { kinds: ["types the password", "changes the password", "unbinds"], needs: "accounts" },
  { kinds: ["types the password", "disables", "enables"], needs: "accounts" },
  { kinds: ["types the password", "removes the bindings", "unbinds"], needs: "accounts" },
  { kinds: ["types the password", "removes the account", "adds the account"], needs: "accounts" },
  { kinds: ["types the password", "logs in", "removes the binding"] },
  { kinds: ["logs in", "revokes the user", "logs out everywhere", "unbinds"] },
  { kinds: ["logs in", "disables", "enables", "unbinds"] },
  {
    kinds: ["logs in by phone", "takes the account's number", "gives the account a number", "unbinds"],
    needs: "phone",
  },
  { kinds: ["logs in by phone", "gives the account a number"], needs: "accounts' numbers", people: 2 },
  {
    kinds: ["logs in by phone", "gives the account a number", "unbinds"],
    needs: "accounts' numbers",
    people: 2,
  },
  { kinds: ["logs in by phone", "takes the account's number"], needs: "numbers alone" },
  {
    kinds: ["logs in by phone", "the number goes to somebody else", "unbinds"],
    needs: "phone",
    people: 2,
  },
  {
    kinds: ["logs in by phone", "the number goes to somebody else", "unbinds", "allows the next identity"],
    needs: "phone",
    people: 2,
  },
  { kinds: ["logs in by phone", "types the password", "removes the bindings"], needs: "phone", people: 2 },
  { kinds: ["logs in by phone", "logs in by another's phone code", "unbinds"], needs: "phone", people: 2 },
  { kinds: ["logs in by phone", "shows the number", "unbinds"], needs: "phone" },
  { kinds: ["logs in by phone", "somebody else forces the token", "forces the token"], needs: "phone" },
  { kinds: ["borrows the token", "uses the token", "forces the token", "somebody else forces the token"] },
  { kinds: ["borrows the token", "uses the token", "WeChat changes the secret", "rotates the secret"] },
  { kinds: ["types the password", "logs in", "resets the session_key", "opens data"], needs: "sessionKeys" },
  { kinds: ["logs in", "logs in", "resets the session_key"], needs: "sessionKeys" },
  { kinds: ["types the password", "opens data", "opens another's data"], needs: "sessionKeys", people: 2 },
];

const troubles: readonly Fault[] = [
  ...(["slow", "slow", "late", "late", "answer lost"] as const),
  ...(["request lost", "conflict", "killed before", "killed after"] as const),
];

/** A few who do two or three things at the same moment, over and over. */
export function raceOf(below: (bound: number) => number): Schedule {
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[below(from.length)] as T;
  const { kinds, needs = "any", ...race } = pick(races);
  const { among, phone = false, sessionKeys = false }: Need = needed[needs];
  const people = race.people ?? pick([1, 1, 2] as const);
  const setup: Setup = {
    verifier: pick(among),
    oneIdentityPerApp: below(2) === 0,
    apps: 1,
    people,
    accounts: 1,
    clocks: Array.from({ length: 8 }, () => 0),
    limits: "off",
    cacheSeconds: 0,
    phone: phone ? { nextHolder: "refuse", keepNumber: below(3) > 0, limits: "generous" } : undefined,
    sessionKeys,
    tokenSeconds: 7_200,
  };
  /** Milliseconds in which most of a round happens. */
  const within = pick([10, 40, 40, 160, 160, 1_000, 4_000]);
  const rounds = 1 + below(3);
  const steps = Array.from({ length: rounds }).flatMap(() =>
    Array.from({ length: 2 + below(4) }, (_, index): Step => {
      return {
        after: index === 0 ? pick([5, 3_000, 20_000, 400_000, 7_100_000]) : below(within),
        who: below(people) as Step["who"],
        phone: 0,
        which: below(4) as Step["which"],
        what: pick(kinds),
      };
    }),
  );
  const share = pick([0, 8, 20]);
  return {
    setup,
    steps,
    faults:
      share === 0 ? [] : Array.from({ length: 60 }, () => (below(100) < share ? pick(troubles) : "none")),
    timing: below(2 ** 30),
  };
}

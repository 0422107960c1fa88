import { type Fault, type Happening, type Schedule, type Setup, type Step, verifiers } from "./schedule.ts";

interface Race {
  readonly kinds: readonly [Happening, Happening, ...Happening[]];
  /** What it needs, beside any verifier. */
  readonly needs?:
    | "accounts"
    | "owner's accounts"
    | "phone"
    | "numbers alone"
    | "kept numbers"
    | "sessionKeys";
  readonly people?: 2;
}

/** What gets into each other's way. */
const races: readonly Race[] = [
  { kinds: ["types the password", "changes the password"], needs: "owner's accounts" },
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
  { kinds: ["logs in by phone", "gives the account a number"], needs: "phone", people: 2 },
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
  { kinds: ["logs in by phone", "shows the number", "unbinds"], needs: "kept numbers" },
  { kinds: ["logs in by phone", "somebody else forces the token", "forces the token"], needs: "phone" },
  { kinds: ["borrows the token", "uses the token", "forces the token", "somebody else forces the token"] },
  { kinds: ["borrows the token", "uses the token", "WeChat changes the secret", "rotates the secret"] },
  { kinds: ["logs in", "resets the session_key", "opens data"], needs: "sessionKeys" },
  { kinds: ["logs in", "calls wx.login for nothing", "opens data"], needs: "sessionKeys" },
];

const troubles: readonly Fault[] = [
  ...(["slow", "slow", "late", "late", "answer lost"] as const),
  ...(["request lost", "conflict", "killed before", "killed after"] as const),
];

/** A few who do two or three things at the same moment, over and over. */
export function raceOf(below: (bound: number) => number): Schedule {
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[below(from.length)] as T;
  const race = pick(races);
  const { kinds, needs } = race;
  const people = race.people ?? pick([1, 1, 2] as const);
  const keepNumber = below(2) === 0 || needs === "kept numbers";
  const setup: Setup = {
    verifier:
      needs === "owner's accounts"
        ? pick(["own, with generations", "own, without generations"] as const)
        : needs === "numbers alone"
          ? "none"
          : (verifiers[below(needs === "accounts" ? 3 : 4)] ?? "built-in"),
    oneIdentityPerApp: below(2) === 0,
    apps: 1,
    people,
    accounts: 1,
    clocks: Array.from({ length: 8 }, () => 0),
    limits: "off",
    cacheSeconds: 0,
    phone:
      needs === "phone" || needs === "numbers alone" || needs === "kept numbers"
        ? { nextHolder: "refuse", keepNumber, limits: "generous" }
        : undefined,
    sessionKeys: needs === "sessionKeys",
    tokenSeconds: 7_200,
  };
  /** Milliseconds in which most of a round happens. */
  const within = pick([10, 40, 160, 1_000, 4_000]);
  const rounds = 1 + below(3);
  const steps = Array.from({ length: rounds }).flatMap(() =>
    Array.from({ length: 2 + below(4) }, (_, index): Step => {
      return {
        after: index === 0 ? pick([5, 3_000, 20_000, 400_000]) : below(within),
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

import { seededNumbers } from "../seeded-numbers.ts";
import { raceOf } from "./races.ts";
import {
  type Fault,
  faults,
  type Happening,
  happenings,
  type Schedule,
  type Setup,
  type Step,
  verifiers,
} from "./schedule.ts";

const anHour = 3_600_000;
const gaps = [
  0,
  0,
  0,
  0,
  1,
  2,
  5,
  10,
  20,
  40,
  80,
  200,
  600,
  2_000,
  6_000,
  60_000,
  400_000,
  1_000_000,
  anHour,
  20 * anHour,
];
const clocks = [0, 0, anHour / 2, -anHour / 2, 5_000, -5_000, 400_000, -400_000];

/**
 * Half of the schedules know nothing but passwords and sessions, every fourth also what some owners have besides, and every
 * fourth is a race. `narrow`: one person and one account, which everything is about.
 */
export function scheduleOf(seed: number, { narrow = false } = {}): Schedule {
  const below = seededNumbers(seed);
  if (!narrow && seed % 4 === 3) return raceOf(below);
  const withOptions = !narrow && seed % 4 === 1;
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[below(from.length)];
    if (picked === undefined) throw new Error("Nothing to pick from");
    return picked;
  };
  const isNarrow = narrow || below(3) === 0;
  const areApart = below(2) === 0;
  const setup: Setup = {
    verifier: verifiers[below(6)] ?? "built-in",
    oneIdentityPerApp: below(2) === 0,
    apps: isNarrow || below(3) > 0 ? 1 : 2,
    people: isNarrow ? 1 : pick([1, 2, 2, 3] as const),
    accounts: isNarrow ? 1 : pick([1, 2] as const),
    clocks: Array.from({ length: 8 }, () => (areApart ? pick(clocks) : 0)),
    limits: pick(["off", "off", "tight", "generous"] as const),
    cacheSeconds: below(4) === 0 ? 300 : 0,
    ...(withOptions ? optionsOf(below) : noOptions),
  };
  const trouble = below(4) * 6;
  const optional = [
    ...(setup.phone ? [...happenings.phone, ...happenings.phone] : []),
    ...(setup.sessionKeys ? [...happenings.openData, ...happenings.openData] : []),
    ...(withOptions ? happenings.accessTokens : []),
  ];
  const all = [
    ...happenings.people,
    ...happenings.people,
    ...happenings.operators,
    ...(narrow ? [] : happenings.world),
    ...optional,
  ];
  const few = [
    ...[pick(all), pick(all), pick(happenings.operators), "types the password", "logs in"],
    ...(optional.length > 0 ? [pick(optional), pick(optional), pick(optional)] : []),
  ] as readonly Happening[];
  // Some schedules are of few kinds, many times: those find what needs the same thing often.
  const kinds: readonly Happening[] = below(2) === 0 ? few : all;
  // In some everything is close together, for races; in some there are two or three such moments.
  const pace = below(3);
  const gapBefore = (index: number) => {
    // A history has no expired sessions.
    if (pace === 0) return pick(narrow ? gaps.slice(0, -2) : gaps);
    return pace === 2 && index % 4 === 0
      ? pick(gaps.slice(12, narrow ? -2 : undefined))
      : pick(gaps.slice(0, 11));
  };
  const steps = Array.from({ length: (narrow ? 8 : 4) + below(12) }, (_, index): Step => {
    return {
      after: gapBefore(index),
      who: below(setup.people) as Step["who"],
      phone: below(2) as Step["phone"],
      which: below(4) as Step["which"],
      what: pick(kinds),
    };
  });
  return {
    setup,
    steps,
    faults: trouble ? drawn(() => (below(100) < trouble ? pick(faults) : "none"), below) : [],
    timing: below(2 ** 30),
  };
}

const noOptions = { sessionKeys: false, tokenSeconds: 7_200 } as const;

function optionsOf(below: (bound: number) => number): Pick<Setup, "phone" | "sessionKeys" | "tokenSeconds"> {
  const phone: Setup["phone"] = {
    nextHolder: below(4) === 0 ? "bind" : "refuse",
    keepNumber: below(2) === 0,
    limits: below(4) === 0 ? "tight" : "generous",
  };
  const has = below(4);
  return {
    phone: has < 3 ? phone : undefined,
    sessionKeys: has > 1,
    tokenSeconds: below(3) === 0 ? 345 : 7_200,
  };
}

/** Some faults last: whoever tries again meets them again. */
function drawn(next: () => Fault, below: (bound: number) => number): Fault[] {
  const all: Fault[] = [];
  while (all.length < 80) {
    const fault = next();
    const times = fault === "none" || below(2) === 0 ? 1 : 1 + below(4);
    all.push(...Array.from({ length: times }, () => fault));
  }
  return all;
}

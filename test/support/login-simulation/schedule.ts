import { seededNumbers } from "../seeded-numbers.ts";

export const verifiers = ["built-in", "own, with generations", "own, without generations", "none"] as const;

/** How the owner has set things up. */
export interface Setup {
  readonly verifier: (typeof verifiers)[number];
  readonly oneIdentityPerApp: boolean;
  readonly apps: 1 | 2;
  readonly people: 1 | 2 | 3;
  readonly accounts: 1 | 2;
  /** Milliseconds that the clocks of instances are ahead, one after the other as they start. */
  readonly clocks: readonly number[];
  /** Tight limits are reached. */
  readonly limits: "off" | "tight" | "generous";
  /** The owner's authorizerCache, in seconds. */
  readonly cacheSeconds: 0 | 300;
}

/** One thing that happens, some time after the one before. */
export interface Step {
  /** Milliseconds. */
  readonly after: number;
  /** Which person or account it is about, and with which phone. */
  readonly who: 0 | 1 | 2;
  readonly phone: 0 | 1;
  /** Which of several: a session of theirs, another's account. */
  readonly which: 0 | 1 | 2 | 3;
  readonly what: Happening;
}

export interface Schedule {
  readonly setup: Setup;
  readonly steps: readonly Step[];
  /** What becomes of the requests that leave the functions, one after the other; those after them go well. */
  readonly faults: readonly Fault[];
  /** How long each takes. */
  readonly timing: number;
}

/** What people, operators, the owner and the world do. */
export const happenings = {
  people: [
    "logs in",
    "logs in",
    "logs in",
    "types the password",
    "types the password",
    "types the password",
    "types an old password",
    "mistypes the password",
    "types another's password",
    "sends the code again",
    "sends one code twice",
    "invents a code",
    "asks who it is",
    "uses the owner's routes",
    "lists the phones",
    "logs out",
    "logs out everywhere",
    "ends a session",
    "unbinds",
  ],
  operators: [
    "revokes the user",
    "revokes the identity",
    "revokes a session",
    "removes the bindings",
    "removes the binding",
    "enables the identity",
    "disables",
    "enables",
    "changes the password",
    "removes the account",
    "adds the account",
    "looks",
    "repeats it",
    "rotates the secret",
    "sets the secret",
  ],
  world: [
    "WeChat changes the secret",
    "TTL sweeps",
    "the functions are started anew",
    "WeChat hangs",
    "WeChat hangs",
    "DynamoDB is away",
    "Secrets Manager is away",
  ],
} as const;

type Kind = keyof typeof happenings;
export type Happening = (typeof happenings)[Kind][number];

export const faults = [
  "slow",
  "slow",
  "late",
  "late",
  "request lost",
  "answer lost",
  "answer lost",
  "refused for now",
  "refused for now",
  "conflict",
  "conflict",
  "odd answer",
  "unprocessed",
  "blocked",
  "over the quota",
  "killed before",
  "killed after",
] as const;

export type Fault = (typeof faults)[number] | "none";

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

/** `narrow`: one person and one account, which everything is about. */
export function scheduleOf(seed: number, { narrow = false } = {}): Schedule {
  const below = seededNumbers(seed);
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
  };
  const trouble = below(4) * 6;
  const all = narrow
    ? [...happenings.people, ...happenings.people, ...happenings.operators]
    : [...happenings.people, ...happenings.people, ...happenings.operators, ...happenings.world];
  const few = [pick(all), pick(all), pick(happenings.operators), "types the password", "logs in"] as const;
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

/** With one thing left out, or one made simpler. */
export function* smaller(schedule: Schedule): Generator<Schedule> {
  const { steps, faults, setup } = schedule;
  for (const index of steps.keys()) yield { ...schedule, steps: steps.toSpliced(index, 1) };
  const last = faults.findLastIndex((it) => it !== "none");
  if (last + 1 < faults.length) yield { ...schedule, faults: faults.slice(0, last + 1) };
  for (const [index, fault] of faults.entries()) {
    if (fault !== "none") yield { ...schedule, faults: faults.with(index, "none") };
  }
  if (schedule.timing !== 0) yield { ...schedule, timing: 0 };
  const simpler = (more: Partial<Setup>): Schedule => ({ ...schedule, setup: { ...setup, ...more } });
  if (setup.clocks.some((ms) => ms !== 0)) yield simpler({ clocks: setup.clocks.map(() => 0) });
  for (const [index, ms] of setup.clocks.entries()) {
    if (ms !== 0) yield simpler({ clocks: setup.clocks.with(index, 0) });
  }
  if (setup.apps === 2) yield simpler({ apps: 1 });
  if (setup.limits !== "off") yield simpler({ limits: "off" });
  if (setup.cacheSeconds) yield simpler({ cacheSeconds: 0 });
  if (setup.oneIdentityPerApp) yield simpler({ oneIdentityPerApp: false });
  if (setup.verifier !== "built-in") yield simpler({ verifier: "built-in" });
  for (const [index, step] of steps.entries()) {
    if (step.after > 0) yield { ...schedule, steps: steps.with(index, { ...step, after: 0 }) };
    if (step.phone > 0) yield { ...schedule, steps: steps.with(index, { ...step, phone: 0 }) };
    if (step.which > 0) yield { ...schedule, steps: steps.with(index, { ...step, which: 0 }) };
  }
}

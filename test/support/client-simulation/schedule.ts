import { seededNumbers } from "../seeded-numbers.ts";

/** One thing that happens, some time after the one before. */
export interface Step {
  /** Milliseconds. */
  readonly after: number;
  /** Which copy of the SDK. */
  readonly copy: 0 | 1;
  readonly what: (typeof happenings)[number] | (typeof extraHappenings)[number];
}

export interface Schedule {
  readonly steps: readonly Step[];
  /** How the runtime and the network treat the first calls, one after the other; those after them go well. */
  readonly faults: readonly Fault[];
}

/** What a person, an operator or the phone does. */
export const happenings = [
  "login",
  "bind",
  "bind another",
  "mistype",
  "get",
  "get",
  "get",
  "poll a bad route",
  "poll a bad route",
  "post",
  "post with replay",
  "ask for bytes",
  "upload",
  "download",
  "ask another host",
  "logout",
  "logout",
  "logout everywhere",
  "unbind",
  "look",
  "restart",
  "operator revokes",
  "operator revokes",
  "operator rebinds",
  "operator disables",
  "operator enables",
  "storage is full",
  "storage breaks",
  "storage works",
  "clock jumps back",
  "clock jumps ahead",
] as const;

/** The same, of phone numbers and open data. */
export const extraHappenings = [
  "bind phone",
  "bind phone",
  "bind phone",
  "bind phone with the last code",
  "bind phone with the last code",
  "phone number",
  "phone number",
  "open data",
  "open data",
  "open data",
  "open data as it is",
  "another wx.login",
  "another wx.login",
  "operator unbinds",
  "operator unbinds",
  "number is nobody's",
  "number is zhangsan's",
  "a phone code is lost",
  "a phone code is lost",
] as const;

export const faults = [
  "none",
  "slow",
  "slow",
  "slow",
  "very slow",
  "very slow",
  "very slow",
  "no network",
  "interrupted",
  "timeout, not sent",
  "timeout, done",
  "never, not sent",
  "never, done",
  "late",
  "twice",
  "success, then fail",
  "fail, then success",
  "nothing in success",
  "throws",
  "fails and rejects",
  "busy",
  "gateway's 503",
  "gateway's 403",
  "html",
  "wait",
  "wait until a date",
  "wait for ever",
] as const;

export type Fault = (typeof faults)[number];

const gaps = [0, 0, 1, 30, 100, 200, 500, 2_000, 2_000, 9_000, 15_000, 60_000, 400_000, 3_600_000];

export function scheduleOf(seed: number): Schedule {
  const below = seededNumbers(seed);
  // Every other one, so that the numbers that tests name still mean the same schedules.
  const possible = seed % 2 === 0 ? happenings : [...happenings, ...extraHappenings];
  const copies = below(5) < 2 ? 2 : 1;
  const trouble = below(4) * 12;
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[below(from.length)];
    if (picked === undefined) throw new Error("Nothing to pick from");
    return picked;
  };
  // Some schedules are of few kinds, many times: those find what needs the same thing often.
  const kinds =
    below(3) === 0 ? [pick(possible), pick(possible), pick(possible), "login" as const] : possible;
  const steps = Array.from({ length: 3 + below(10) }, (): Step => {
    return { after: pick(gaps), copy: below(copies) === 0 ? 0 : 1, what: pick(kinds) };
  });
  return {
    steps,
    faults: Array.from({ length: trouble ? 16 : 0 }, () => (below(100) < trouble ? pick(faults) : "none")),
  };
}

/** The smallest schedule that can be had from this one by leaving things out, of which `fails` is still true. */
export async function shrunk(
  schedule: Schedule,
  fails: (it: Schedule) => Promise<boolean>,
): Promise<Schedule> {
  let smallest = schedule;
  for (let before: Schedule | undefined; before !== smallest; ) {
    before = smallest;
    for (const candidate of smaller(before)) {
      if (await fails(candidate)) {
        smallest = candidate;
        break;
      }
    }
  }
  return smallest;
}

function* smaller({ steps, faults }: Schedule): Generator<Schedule> {
  for (const index of steps.keys()) yield { steps: steps.toSpliced(index, 1), faults };
  const last = faults.findLastIndex((it) => it !== "none");
  if (last + 1 < faults.length) yield { steps, faults: faults.slice(0, last + 1) };
  for (const [index, fault] of faults.entries()) {
    if (fault !== "none") yield { steps, faults: faults.with(index, "none") };
  }
  for (const [index, step] of steps.entries()) {
    if (step.after > 0) yield { steps: steps.with(index, { ...step, after: 0 }), faults };
    if (step.copy === 1) yield { steps: steps.with(index, { ...step, copy: 0 }), faults };
  }
}

import type { Schedule, Setup } from "./schedule.ts";

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
  if (setup.phone) yield simpler({ phone: undefined });
  if (setup.sessionKeys) yield simpler({ sessionKeys: false });
  if (setup.verifier !== "built-in") yield simpler({ verifier: "built-in" });
  for (const [index, step] of steps.entries()) {
    if (step.after > 0) yield { ...schedule, steps: steps.with(index, { ...step, after: 0 }) };
    if (step.phone > 0) yield { ...schedule, steps: steps.with(index, { ...step, phone: 0 }) };
    if (step.which > 0) yield { ...schedule, steps: steps.with(index, { ...step, which: 0 }) };
  }
}

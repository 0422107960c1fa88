import { limitOf, windowSeconds } from "./environments.ts";
import type { Schedule } from "./schedule.ts";

/** Between an attempt's being counted and its password's being looked at. */
const underWaySeconds = 15;

/** In no time of a window's length are more wrong passwords looked at than the limit says, where one clock counts them. */
export function guessChecks(
  { setup, faults, steps }: Schedule,
  now: () => number,
  violated: (what: string) => void,
) {
  const limit = Number(limitOf(setup));
  // What is counted twice is given back twice, and another clock has another window.
  const isExact =
    limit > 0 &&
    setup.clocks.every((ms) => ms === 0) &&
    faults.every((it) => it === "none") &&
    steps.every(({ what }) => what !== "DynamoDB is away");
  const guesses = new Map<string, number[]>();
  return {
    /** A wrong password was looked at. */
    wrong(username: string): void {
      const since = now() - (windowSeconds - underWaySeconds) * 1_000;
      const those = [...(guesses.get(username) ?? []).filter((at) => at > since), now()];
      guesses.set(username, those);
      if (isExact && those.length > limit) violated("more passwords are looked at than the limit says");
    },
  };
}

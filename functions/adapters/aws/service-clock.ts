/** AWS takes signatures that are within five minutes of its own time. */
const toleranceMs = 5 * 60_000;

/** The time as a service sees it, in milliseconds. */
export interface ServiceClock {
  now(): number;
  /** Learns from the `Date` of a refusal. True: this clock was wrong until now, and asking again makes sense. */
  corrected(date: string | undefined): boolean;
}

/** The machine's clock, until a service that refuses something turns out to have another. */
export function serviceClock(machine: () => number): ServiceClock {
  let offset = 0;
  return {
    now: () => machine() + offset,
    corrected(date = "") {
      const skew = Date.parse(date) - machine();
      if (!(Math.abs(skew - offset) >= toleranceMs)) return false;
      offset = skew;
      return true;
    },
  };
}

const day = 86_400_000;
/** China has one time zone, UTC+8, and no summer time. */
const aheadOfUtc = 8 * 3_600_000;

/** The number of the day there, by which WeChat counts, and the seconds that are left of it. `now`: milliseconds since 1970. */
export function dayInChina(now: number): { readonly number: number; readonly secondsLeft: number } {
  const there = now + aheadOfUtc;
  return { number: Math.floor(there / day), secondsLeft: Math.ceil((day - (there % day)) / 1_000) };
}

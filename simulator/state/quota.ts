/** How often things may happen within one stretch of time, and anew in the next. */
export class Quota {
  readonly #period: () => number;
  readonly #uses = new Map<string, number>();
  #counted: number | undefined;

  /** `period` numbers the present stretch of time. */
  constructor(period: () => number) {
    this.#period = period;
  }

  /** Counts one use; false beyond `limit`. 0 is no limit. */
  allows(key: string, limit: number): boolean {
    if (limit === 0) return true;
    const period = this.#period();
    if (period !== this.#counted) this.#uses.clear();
    this.#counted = period;
    const uses = (this.#uses.get(key) ?? 0) + 1;
    this.#uses.set(key, uses);
    return uses <= limit;
  }
}

/** The clock minute of a time in milliseconds since 1970. */
export function minuteOf(milliseconds: number): number {
  return Math.floor(milliseconds / 60_000);
}

/** The day in China, where WeChat's quotas begin anew: UTC+8 all year, for decades now. */
export function chineseDayOf(milliseconds: number): number {
  return Math.floor((milliseconds + 8 * 3_600_000) / 86_400_000);
}

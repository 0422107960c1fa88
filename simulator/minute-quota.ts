type Minute = { readonly number: number; uses: number };

/** How often something may happen per clock minute. */
export class MinuteQuota {
  readonly #clock: () => number;
  readonly #perMinute: number;
  readonly #minutes = new Map<string, Minute>();

  /** `perMinute` 0 is no limit. */
  constructor(clock: () => number, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** Counts one use; false once the minute's are used up. */
  allows(key: string): boolean {
    if (this.#perMinute === 0) return true;
    const number = Math.floor(this.#clock() / 60_000);
    const last = this.#minutes.get(key);
    const minute = last?.number === number ? last : { number, uses: 0 };
    this.#minutes.set(key, minute);
    minute.uses += 1;
    return minute.uses <= this.#perMinute;
  }
}

import type { App, User } from "./world.ts";

/** Whose a code is, and when it was given out (milliseconds since 1970). */
export type Issued = { readonly app: App; readonly user: User; readonly issuedAt: number };

type Kept = Issued & { used: boolean };

/** How long every code of WeChat's lives, in milliseconds: 5 minutes (source: WeChat's documentation). */
export const CODE_LIFETIME_MS = 5 * 60_000;

/** Codes that are good for one use within 5 minutes, by the app they were given out for. */
export class OneUseCodes {
  readonly #clock: () => number;
  readonly #codes = new Map<string, Kept>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Starts the life of a code. */
  add(code: string, app: App, user: User): string {
    this.#forgetExpired();
    this.#codes.set(code, { app, user, issuedAt: this.#clock(), used: false });
    return code;
  }

  /** Spends the code and tells whose it was. A refusal spends nothing. */
  take(app: App, code: string): Issued | "unknown" | "another app's" | "used" {
    const kept = this.#codes.get(code);
    if (kept === undefined || this.#isExpired(kept)) return "unknown";
    if (kept.app !== app) return "another app's";
    if (kept.used) return "used";
    kept.used = true;
    return kept;
  }

  #isExpired({ issuedAt }: Issued): boolean {
    return this.#clock() >= issuedAt + CODE_LIFETIME_MS;
  }

  /** Nobody can tell the difference, since expired and unknown get the same answer; memory can. */
  #forgetExpired(): void {
    for (const [code, kept] of this.#codes) {
      // Codes are kept in the order of issue, so the first live one ends the search.
      if (!this.#isExpired(kept)) return;
      this.#codes.delete(code);
    }
  }
}

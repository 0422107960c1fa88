import type { App } from "./apps.ts";
import type { User } from "./users.ts";

/** Whose a code is, and when it was given out (milliseconds since 1970). */
export interface IssuedCode {
  readonly app: App;
  readonly user: User;
  readonly issuedAt: number;
}

export type UnusableCode = "unknown" | "expired" | "another app's" | "used";

/** Of every code of WeChat's: 5 minutes. Source: its documentation. */
const lifetimeMs = 5 * 60_000;
/** So many are kept beyond their end, to tell a code that has expired from one that was never given out. */
const keptExpired = 10_000;

/** Codes that are good for one use within 5 minutes, in the app they were given out for. */
export class OneUseCodes<Code extends IssuedCode> {
  readonly #clock: () => number;
  readonly #codes = new Map<string, { readonly issued: Code; used: boolean }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  add(code: string, issued: Code): string {
    this.#codes.set(code, { issued, used: false });
    for (const [oldest, kept] of this.#codes) {
      if (this.#codes.size <= keptExpired || !this.#isExpired(kept.issued)) break;
      this.#codes.delete(oldest);
    }
    return code;
  }

  /** Spends the code and tells whose it was, or why it cannot be used, which spends nothing. */
  take(app: App, code: string): Code | UnusableCode {
    const kept = this.#codes.get(code);
    if (kept === undefined) return "unknown";
    if (this.#isExpired(kept.issued)) return "expired";
    if (kept.issued.app !== app) return "another app's";
    if (kept.used) return "used";
    kept.used = true;
    return kept.issued;
  }

  #isExpired({ issuedAt }: Code): boolean {
    return this.#clock() >= issuedAt + lifetimeMs;
  }
}

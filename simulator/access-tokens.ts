import type { App } from "./world.ts";

type Token = { readonly app: App; readonly text: string; readonly expiresAt: number; replaced: boolean };
type Refreshes = { readonly day: number; readonly lastAt: number; readonly count: number };

/** How long an access_token lives, in milliseconds: 7200 seconds (source: WeChat's documentation, as all of these). */
export const TOKEN_LIFETIME_MS = 7_200_000;
/** In these last milliseconds of its life WeChat already gives out the next one, and both work. */
export const TOKEN_OVERLAP_MS = 5 * 60_000;
/** The least time between two forced refreshes, and how many of them a day has. */
export const REFRESH_INTERVAL_MS = 30_000;
export const REFRESHES_PER_DAY = 20;

/** WeChat says to reserve 512 characters. All of them are used, so that a column too short shows here. */
const TOKEN_BYTES = 384;

/** The access_tokens of `POST /cgi-bin/stable_token`: one per app, for whoever asks. */
export class AccessTokens {
  readonly #clock: () => number;
  readonly #random: (size: number) => Buffer;
  /** Old ones too: an expired token is told from a made-up one. */
  readonly #all = new Map<string, Token>();
  readonly #latest = new Map<App, Token>();
  readonly #refreshes = new Map<App, Refreshes>();

  constructor(clock: () => number, random: (size: number) => Buffer) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The app's token, the same one until 5 minutes before its end. `expiresIn`: whole seconds. */
  current(app: App): { token: string; expiresIn: number } {
    const now = this.#clock();
    const latest = this.#latest.get(app);
    const token =
      latest !== undefined && now < latest.expiresAt - TOKEN_OVERLAP_MS ? latest : this.#issue(app, now);
    return { token: token.text, expiresIn: Math.floor((token.expiresAt - now) / 1000) };
  }

  /** Ends every token of the app at once, or says why not: 45009 beyond 20 a day, 45011 within 30 seconds. */
  refresh(app: App): "done" | { errcode: 45009 | 45011 } {
    const now = this.#clock();
    // WeChat's quotas begin anew at midnight in China, which has been UTC+8 all year for decades.
    const day = Math.floor((now + 8 * 3_600_000) / 86_400_000);
    const last = this.#refreshes.get(app);
    const count = last?.day === day ? last.count : 0;
    // First, because waiting for 30 seconds does not help against it.
    if (count >= REFRESHES_PER_DAY) return { errcode: 45009 };
    if (last !== undefined && now < last.lastAt + REFRESH_INTERVAL_MS) return { errcode: 45011 };
    this.#refreshes.set(app, { day, lastAt: now, count: count + 1 });
    for (const token of this.#all.values()) if (token.app === app) token.replaced = true;
    this.#latest.delete(app);
    return "done";
  }

  /** Whose token it is, or the errcode for it: 41001 without one, 40001 unknown or replaced, 42001 expired. */
  check(text: string | null): { app: App } | { errcode: 41001 | 40001 | 42001 } {
    if (!text) return { errcode: 41001 };
    const token = this.#all.get(text);
    if (token === undefined || token.replaced) return { errcode: 40001 };
    return this.#clock() < token.expiresAt ? { app: token.app } : { errcode: 42001 };
  }

  /** The app that was once given the token, valid or not; null if none was. */
  appidOf(text: string | null): string | null {
    return this.#all.get(text ?? "")?.app.appid ?? null;
  }

  #issue(app: App, now: number): Token {
    const text = this.#random(TOKEN_BYTES).toString("base64url");
    const token = { app, text, expiresAt: now + TOKEN_LIFETIME_MS, replaced: false };
    this.#all.set(text, token);
    this.#latest.set(app, token);
    return token;
  }
}

import type { App } from "./apps.ts";
import { chineseDayOf } from "./quota.ts";

interface Token {
  readonly app: App;
  readonly text: string;
  readonly expiresAt: number;
  replaced: boolean;
}

interface ForcedRefreshes {
  readonly day: number;
  readonly lastAt: number;
  readonly count: number;
}

// Source of these three: WeChat's documentation of stable_token.
/** In these last milliseconds of a token's life WeChat already gives out the next one, and both work. */
const overlapMs = 5 * 60_000;
const refreshIntervalMs = 30_000;
const refreshesPerDay = 20;

/** WeChat says to reserve 512 characters. All of them are used, so that a column too short shows here. */
const tokenBytes = 384;

/** The access_tokens of `POST /cgi-bin/stable_token`: one for each app, for whoever asks. */
export class AccessTokens {
  readonly #clock: () => number;
  readonly #random: (size: number) => Buffer;
  /** Old ones too: an expired token is told from a made-up one. */
  readonly #all = new Map<string, Token>();
  readonly #latest = new Map<App, Token>();
  readonly #refreshes = new Map<App, ForcedRefreshes>();

  constructor(clock: () => number, random: (size: number) => Buffer) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The app's token, the same one until 5 minutes before its end. `expiresIn`: whole seconds. */
  current(app: App): { token: string; expiresIn: number } {
    const now = this.#clock();
    const latest = this.#latest.get(app);
    const token = latest !== undefined && now < latest.expiresAt - overlapMs ? latest : this.#issue(app, now);
    return { token: token.text, expiresIn: Math.floor((token.expiresAt - now) / 1000) };
  }

  /** Ends every token of the app at once, or says why not: 45009 beyond 20 a day, 45011 within 30 seconds. */
  refresh(app: App): "done" | { errcode: 45009 | 45011 } {
    const now = this.#clock();
    const day = chineseDayOf(now);
    const last = this.#refreshes.get(app);
    const count = last?.day === day ? last.count : 0;
    // First, because waiting for 30 seconds does not help against it.
    if (count >= refreshesPerDay) return { errcode: 45009 };
    if (last !== undefined && now < last.lastAt + refreshIntervalMs) return { errcode: 45011 };
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

  /** The app that was once given the token, valid or not. */
  appIdOf(text: string | null): string | undefined {
    return this.#all.get(text ?? "")?.app.appId;
  }

  #issue(app: App, now: number): Token {
    const text = this.#random(tokenBytes).toString("base64url");
    const token = { app, text, expiresAt: now + app.tokenLifetimeSeconds * 1000, replaced: false };
    this.#all.set(text, token);
    this.#latest.set(app, token);
    return token;
  }
}

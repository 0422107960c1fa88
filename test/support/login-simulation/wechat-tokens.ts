import type { Instance, Invocation } from "./network.ts";

/** Whoever asks WeChat, and for which event. */
export interface Caller {
  readonly instance: Instance;
  readonly by: Invocation | undefined;
}

export interface IssuedToken {
  readonly appId: string;
  readonly value: string;
  /** Milliseconds: WeChat takes it until then. */
  endsAt: number;
  /** The same if nobody forces its end. */
  readonly naturalEnd: number;
}

export interface TokenEvents {
  /** Somebody has asked for the end of the token, with the right AppSecret. */
  readonly forced: (caller: Caller) => void;
  readonly given: (caller: Caller, token: IssuedToken) => void;
}

/** WeChat's access tokens: one for everybody, and for five minutes two. */
export interface WeChatTokens {
  /** What stable_token answers. */
  ask(appId: string, force: boolean, caller: Caller): object;
  takes(value: string): boolean;
  find(value: string): IssuedToken | undefined;
  /** Somebody who is not of this play has it ended. */
  end(appId: string): void;
  /** How often tokens have ended before their time. */
  readonly ended: number;
}

const renewedBeforeMs = 300_000;
const apartMs = 30_000;
const dayMs = 86_400_000;
const mostForced = 20;

export function weChatTokens(
  lifetimeSeconds: number,
  now: () => number,
  { forced, given }: TokenEvents,
): WeChatTokens {
  const tokens = new Map<string, IssuedToken>();
  const latest = new Map<string, IssuedToken>();
  const forcings: { readonly appId: string; readonly at: number }[] = [];
  let ended = 0;

  function issue(appId: string): IssuedToken {
    const value = `access-token-CANARY-${tokens.size}`;
    const naturalEnd = now() + lifetimeSeconds * 1_000;
    const token = { appId, value, endsAt: naturalEnd, naturalEnd };
    tokens.set(value, token);
    latest.set(appId, token);
    return token;
  }

  function end(appId: string): void {
    ended += 1;
    for (const token of tokens.values()) {
      if (token.appId === appId) token.endsAt = Math.min(token.endsAt, now());
    }
  }

  function tell(caller: Caller, token: IssuedToken): object {
    given(caller, token);
    return { access_token: token.value, expires_in: Math.floor((token.endsAt - now()) / 1_000) };
  }

  const isRenewed = ({ endsAt }: IssuedToken) => endsAt - now() <= renewedBeforeMs;

  return {
    ask(appId, force, caller) {
      if (force) {
        forced(caller);
        const within = (ms: number) =>
          forcings.filter((it) => it.appId === appId && now() - it.at < ms).length;
        if (within(apartMs) > 0) return { errcode: 45011, errmsg: "api minute-quota reach limit" };
        if (within(dayMs) >= mostForced) {
          return { errcode: 45009, errmsg: "reach max api daily quota limit" };
        }
        forcings.push({ appId, at: now() });
        end(appId);
      }
      const token = latest.get(appId);
      return tell(caller, token && !isRenewed(token) ? token : issue(appId));
    },
    takes: (value) => now() < (tokens.get(value)?.endsAt ?? 0),
    find: (value) => tokens.get(value),
    end,
    get ended() {
      return ended;
    },
  };
}

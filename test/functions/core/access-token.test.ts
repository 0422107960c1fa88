import { describe, expect, test } from "vitest";
import {
  accessTokens,
  askWithSecret,
  type StableToken,
  type TokenVerdict,
  withAccessToken,
} from "../../../functions/core/access-token.ts";
import { cachedAccessTokens } from "../../../functions/core/access-token-cache.ts";
import { isRefusal, type Refusal, refused } from "../../../functions/core/refusal.ts";
import { settableSecrets } from "../../support/wechat.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const second = 1_000;
const appId = "wx1";

/** WeChat as its page says it: the token is renewed five minutes before its end, and until then everybody gets the same. */
function weChat(lifetimeSeconds = 7_200) {
  const time = { now: noon };
  const secrets = settableSecrets("s3cret");
  const state = { secret: "s3cret", down: false, issued: 0, endsAt: 0, asked: [] as boolean[] };
  const issue = () => {
    state.issued += 1;
    state.endsAt = time.now + lifetimeSeconds * second;
  };
  const stableToken: StableToken = {
    async ask(_, appSecret, force = false): Promise<TokenVerdict> {
      state.asked.push(force);
      await Promise.resolve();
      if (state.down) return { secret: "unknown", refusal: refused("wechat_timeout") };
      if (appSecret !== state.secret) return { secret: "refused", refusal: refused("not_configured") };
      if (time.now >= state.endsAt - Math.min(300, lifetimeSeconds) * second || force) issue();
      return {
        secret: "accepted",
        token: `token ${state.issued}`,
        expiresInSeconds: (state.endsAt - time.now) / second,
      };
    },
  };
  const tokens = accessTokens({ stableToken, appSecrets: secrets, now: () => time.now });
  const value = async (asked = tokens.current(appId)) => shown(await asked);
  return { time, secrets, stableToken, state, issue, tokens, value };
}

function shown(token: { readonly value: string } | Refusal): string {
  return isRefusal(token) ? token.refused : token.value;
}

describe("a token that WeChat gives for 7,200 s", () => {
  test("is asked for once, and in use until four minutes before its end", async () => {
    const { time, state, value } = weChat();
    expect(await value()).toBe("token 1");
    time.now = noon + 6_960 * second - 1;
    expect(await value()).toBe("token 1");
    expect(state.asked).toEqual([false]);
    time.now = noon + 6_960 * second;
    expect(await value()).toBe("token 2");
    expect(state.asked).toEqual([false, false]);
  });

  test("expires by the time that it was asked at, not that of its answer", async () => {
    const { time, tokens } = weChat();
    const asked = tokens.current(appId);
    time.now = noon + 3 * second;
    expect(await asked).toEqual({ value: "token 1", expiresAt: noon + 7_200 * second });
  });

  test("is the old one or the new one in its last five minutes, and then the new one", async () => {
    const early = weChat();
    await early.value();
    const { time, issue } = early;
    // Renewed for somebody else, five minutes before the end: this instance goes on with what it has for a minute more.
    time.now = noon + 6_900 * second;
    issue();
    expect(await early.value()).toBe("token 1");
    time.now = noon + 6_960 * second;
    expect(await early.value()).toBe("token 2");
  });
});

test("a token of 345 s is asked for anew half-way, when WeChat has renewed it", async () => {
  const { time, state, value } = weChat(345);
  expect(await value()).toBe("token 1");
  time.now = noon + 172_500 - 1;
  expect(await value()).toBe("token 1");
  time.now = noon + 172_500;
  expect(await value()).toBe("token 2");
  expect(state.asked).toEqual([false, false]);
});

test("a token that has only seconds left is asked for anew half-way, and never used after its end", async () => {
  const { time, state, value } = weChat(10);
  state.endsAt = noon + 10 * second;
  state.issued = 1;
  expect(await value()).toBe("token 2");
  time.now = noon + 20 * second;
  expect(await value()).toBe("token 3");
});

describe("callers at the same time", () => {
  test("share one request", async () => {
    const { state, tokens } = weChat();
    const all = await Promise.all(Array.from({ length: 200 }, () => tokens.current(appId)));
    expect(new Set(all.map(shown))).toEqual(new Set(["token 1"]));
    expect(state.asked).toEqual([false]);
  });

  test("share its failure, and it is not remembered", async () => {
    const { state, tokens, value } = weChat();
    state.down = true;
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current(appId)));
    expect(new Set(all.map(shown))).toEqual(new Set(["wechat_timeout"]));
    state.down = false;
    expect(await value()).toBe("token 1");
    expect(state.asked).toEqual([false, false]);
  });

  test("of two mini-programs share nothing", async () => {
    const { state, tokens } = weChat();
    await Promise.all([tokens.current("wx1"), tokens.current("wx2")]);
    expect(state.asked).toEqual([false, false]);
  });
});

describe("where WeChat fails while the token is still good", () => {
  test("it stays in use, and WeChat is left in peace for half a minute", async () => {
    const { time, state, value } = weChat();
    await value();
    state.down = true;
    time.now = noon + 6_960 * second;
    for (let call = 0; call < 5; call++) expect(await value()).toBe("token 1");
    expect(state.asked).toHaveLength(2);
    time.now += 30 * second;
    expect(await value()).toBe("token 1");
    expect(state.asked).toHaveLength(3);
    time.now = noon + 7_200 * second;
    expect(await value()).toBe("wechat_timeout");
    state.down = false;
    expect(await value()).toBe("token 2");
  });

  test("it stays in use also where nobody can be asked at all, and not beyond its end", async () => {
    const time = { now: noon };
    const broken = new Error("the AppSecret cannot be read");
    let ask = async () => ({ value: "token 1", expiresAt: noon + 7_200 * second });
    const tokens = cachedAccessTokens(
      () => ask(),
      () => time.now,
    );
    await tokens.current(appId);
    ask = () => Promise.reject(broken);
    time.now = noon + 7_200 * second - 1;
    expect(await tokens.current(appId)).toMatchObject({ value: "token 1" });
    time.now += 30 * second;
    await expect(tokens.current(appId)).rejects.toBe(broken);
  });

  test("one that WeChat has refused meanwhile does not", async () => {
    const { time, state, tokens } = weChat();
    await tokens.current(appId);
    state.down = true;
    time.now = noon + 6_960 * second;
    const renewing = tokens.current(appId);
    const instead = tokens.insteadOf(appId, "token 1");
    expect((await Promise.all([renewing, instead])).map(shown)).toEqual(["wechat_timeout", "wechat_timeout"]);
  });
});

describe("a token that WeChat has refused", () => {
  test("is replaced, once for all who had it", async () => {
    const { state, tokens, value } = weChat();
    await value();
    state.issued = 7;
    const others = await Promise.all(Array.from({ length: 20 }, () => tokens.insteadOf(appId, "token 1")));
    expect(new Set(others.map(shown))).toEqual(new Set(["token 7"]));
    expect(await value(tokens.insteadOf(appId, "token 1"))).toBe("token 7");
    expect(state.asked).toEqual([false, false]);
  });

  test("is not replaced by one that this instance has had for longer, unless WeChat cannot be asked", async () => {
    const { state, tokens, value } = weChat();
    await value();
    // Forced by an operator, and then by somebody else: another instance lent token 2.
    state.issued = 3;
    state.down = true;
    expect(await value(tokens.insteadOf(appId, "token 2"))).toBe("token 1");
    state.down = false;
    expect(await value(tokens.insteadOf(appId, "token 2"))).toBe("token 3");
    expect(await value(tokens.insteadOf(appId, "token 1"))).toBe("token 3");
    expect(state.asked).toEqual([false, false, false]);
  });

  test("is never ended for everybody: WeChat is not forced", async () => {
    const { state, tokens, value } = weChat();
    await value();
    for (const refusedValue of ["token 1", "token 1", "made up"]) await tokens.insteadOf(appId, refusedValue);
    expect(new Set(state.asked)).toEqual(new Set([false]));
  });
});

describe("after the AppSecret was rotated", () => {
  test("the renewed one is tried once, and the token in use stays", async () => {
    const { time, state, secrets, value } = weChat();
    await value();
    state.secret = "another";
    secrets.next = "another";
    expect(await value()).toBe("token 1");
    time.now = noon + 6_960 * second;
    expect(await value()).toBe("token 2");
    expect(secrets.renewals).toEqual([appId]);
  });

  test.each([undefined, "s3cret"])("and renewing it gives %j, WeChat is asked once", async (renewed) => {
    const { state, secrets, tokens } = weChat();
    state.secret = "another";
    secrets.next = renewed;
    expect(shown(await tokens.current(appId))).toBe("not_configured");
    expect(state.asked).toEqual([false]);
  });

  test("and not stored yet, the answer is not_configured once the token has ended", async () => {
    const { time, state, value } = weChat();
    await value();
    state.secret = "another";
    time.now = noon + 7_000 * second;
    expect(await value()).toBe("token 1");
    time.now = noon + 7_200 * second;
    expect(await value()).toBe("not_configured");
  });
});

test("without an AppSecret WeChat is not asked", async () => {
  const { secrets, stableToken, state, tokens } = weChat();
  secrets.now = undefined;
  expect(await askWithSecret(appId, stableToken, secrets)).toMatchObject({ secret: "unknown" });
  expect(await tokens.current(appId)).toMatchObject({ refused: "not_configured", facts: { alarm: true } });
  expect(state.asked).toEqual([]);
});

describe("a call with the token", () => {
  const tokenRefused = { tokenRefused: true, refusal: refused("wechat_unavailable") } as const;

  test("is made once where WeChat takes the token", async () => {
    const { tokens } = weChat();
    const used: string[] = [];
    const answer = await withAccessToken(tokens, appId, async (token) => {
      used.push(token);
      return { done: true };
    });
    expect([answer, used]).toEqual([{ done: true }, ["token 1"]]);
  });

  test("is made once more with another token where it does not, and no third time", async () => {
    const { state, tokens } = weChat();
    const used: string[] = [];
    const call = async (token: string) => {
      used.push(token);
      state.issued += 1;
      return used.length === 1 ? tokenRefused : { done: true };
    };
    expect(await withAccessToken(tokens, appId, call)).toEqual({ done: true });
    expect(used).toEqual(["token 1", "token 2"]);
    used.length = 0;
    expect(
      await withAccessToken(tokens, appId, async (token) => {
        used.push(token);
        return tokenRefused;
      }),
    ).toEqual(refused("wechat_unavailable"));
    expect(used).toHaveLength(2);
  });

  test("is not made again where no other token can be had", async () => {
    const { state, tokens } = weChat();
    const used: string[] = [];
    const call = async (token: string) => {
      used.push(token);
      state.down = true;
      return tokenRefused;
    };
    expect(await withAccessToken(tokens, appId, call)).toEqual(refused("wechat_timeout"));
    expect(used).toEqual(["token 1"]);
  });
});

import * as v from "valibot";
import { expect, test } from "vitest";
import { accessTokens, type StableToken, withAccessToken } from "../../functions/core/access-token.ts";
import type { AccessToken } from "../../functions/core/access-token-cache.ts";
import { isRefusal } from "../../functions/core/refusal.ts";
import { weChatHost } from "../../functions/wechat/host.ts";
import { weChatRiskRanks } from "../../functions/wechat/risk-rank.ts";
import { serverCalls } from "../../functions/wechat/server-call.ts";
import { stableToken } from "../../functions/wechat/stable-token.ts";
import type { WeChatSimulator } from "../../simulator/simulator.ts";
import { settableSecrets, shop, weChatForThisTest } from "../support/wechat.ts";

const { appId, secret } = shop;

/** What an instance has of its own: connections, a cache, and a count of what it asks WeChat for. */
function instance({ url }: WeChatSimulator) {
  const calls = serverCalls(weChatHost(url, Date.now));
  const { ask } = stableToken(calls);
  const forced: boolean[] = [];
  const counted: StableToken = {
    ask(app, appSecret, force = false) {
      forced.push(force);
      return ask(app, appSecret, force);
    },
  };
  const tokens = accessTokens({
    stableToken: counted,
    appSecrets: settableSecrets(secret),
    now: Date.now,
  });
  return { forced, tokens, calls };
}

function valueOfToken(token: AccessToken | object): string {
  if ("value" in token) return String(token.value);
  throw new Error("There is no token.");
}

const asks = ({ requests }: WeChatSimulator) =>
  requests.filter(({ path }) => path === "/cgi-bin/stable_token").length;

test("200 cold instances at once, with five callers each: WeChat is asked once by each, and never forced", async () => {
  const simulator = await weChatForThisTest();
  const instances = Array.from({ length: 200 }, () => instance(simulator));
  const tokens = await Promise.all(
    instances.flatMap((it) => Array.from({ length: 5 }, () => it.tokens.current(appId))),
  );
  expect(new Set(tokens.map(valueOfToken)).size).toBe(1);
  expect(instances.map(({ forced }) => forced)).toEqual(Array(200).fill([false]));
  expect(asks(simulator)).toBe(200);
});

test("a token that is killed in the middle of calls is replaced, with one retry of each call", async () => {
  const simulator = await weChatForThisTest();
  simulator.login("alice");
  const [{ openid = "" } = {}] = simulator.user("alice").identities;
  const instances = Array.from({ length: 50 }, () => instance(simulator));
  for (const { tokens } of instances) valueOfToken(await tokens.current(appId));
  const before = asks(simulator);

  const callsOf = ({ tokens, calls }: ReturnType<typeof instance>) =>
    Array.from({ length: 4 }, async () => {
      let sent = 0;
      const risk = weChatRiskRanks(
        {
          askWithToken(call, token) {
            sent += 1;
            return calls.askWithToken(call, token);
          },
        },
        tokens,
      );
      const answer = await risk.ask({ appId, openid }, "203.0.113.7");
      return { sent, ...answer };
    });
  const first = instances.slice(0, 25).flatMap(callsOf);
  const killed = stableToken(serverCalls(weChatHost(simulator.url, Date.now))).ask(appId, secret, true);
  const second = instances.slice(25).flatMap(callsOf);
  await killed;
  const third = instances.flatMap(callsOf);
  const all = await Promise.all([...first, ...second, ...third]);

  expect(all.map(({ rank }) => rank)).toEqual(Array(400).fill(0));
  expect(Math.max(...all.map(({ sent }) => sent))).toBe(2);
  // Each instance had one token, found out once that it was dead, and asked for one more.
  expect(instances.map(({ forced }) => forced)).toEqual(Array(50).fill([false, false]));
  expect(asks(simulator) - before).toBe(50 + 1);
});

test("a token that WeChat goes on refusing is tried twice, and then no more", async () => {
  const simulator = await weChatForThisTest();
  simulator.trouble({ path: "/wxa/getuserriskrank", errcode: 40001 });
  const { tokens, calls, forced } = instance(simulator);
  let sent = 0;
  const result = await withAccessToken(tokens, appId, (token) => {
    sent += 1;
    const path = "/wxa/getuserriskrank";
    return calls.askWithToken<object>({ path, json: {}, schema: v.looseObject({}) }, token);
  });
  expect([isRefusal(result), sent, forced]).toEqual([true, 2, [false, false]]);
});

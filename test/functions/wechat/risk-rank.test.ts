import { describe, expect, test } from "vitest";
import { accessTokens } from "../../../functions/core/access-token.ts";
import { weChatHost } from "../../../functions/wechat/host.ts";
import { weChatRiskRanks } from "../../../functions/wechat/risk-rank.ts";
import { serverCalls } from "../../../functions/wechat/server-call.ts";
import { stableToken } from "../../../functions/wechat/stable-token.ts";
import { settableSecrets, shop, weChatForThisTest } from "../../support/wechat.ts";

async function ranks(options: Parameters<typeof weChatForThisTest>[0] = {}) {
  const simulator = await weChatForThisTest(options);
  const host = weChatHost(simulator.url, Date.now);
  const calls = serverCalls(host);
  const appSecrets = settableSecrets(shop.secret);
  const tokens = accessTokens({ stableToken: stableToken(calls), appSecrets, now: Date.now });
  const { appId } = shop;
  simulator.login("alice");
  const [{ openid = "" } = {}] = simulator.user("alice").identities;
  const risk = weChatRiskRanks(calls, tokens);
  return { simulator, ask: () => risk.ask({ appId, openid }, "203.0.113.7") };
}

test("a person's rank is what WeChat says of somebody who was there just now", async () => {
  const { simulator, ask } = await ranks();
  expect(await ask()).toEqual({ rank: 0 });
  simulator.user("alice", { riskRank: 4 });
  expect(await ask()).toEqual({ rank: 4 });
  expect(simulator.requests.map(({ path }) => path)).toEqual([
    "/cgi-bin/stable_token",
    "/wxa/getuserriskrank",
    "/wxa/getuserriskrank",
  ]);
});

test("WeChat tells no rank of a person who was there two hours ago", async () => {
  const { simulator, ask } = await ranks();
  await ask();
  simulator.forward(7_100);
  expect(await ask()).toEqual({ rank: 0 });
  simulator.forward(100);
  expect(await ask()).toEqual({ facts: { riskErrcode: 61010 } });
});

describe("where WeChat cannot tell, its errcode is all there is", () => {
  test.each([61010, 61080, 61081, 48001, 40003, 43104, 9410009, -1])("%i", async (errcode) => {
    const { simulator, ask } = await ranks();
    simulator.trouble({ path: "/wxa/getuserriskrank", errcode });
    expect(await ask()).toEqual({ facts: { riskErrcode: errcode } });
  });

  test("or what became of the call", async () => {
    const { simulator, ask } = await ranks();
    simulator.trouble({ path: "/wxa/getuserriskrank", body: "html" });
    expect(await ask()).toEqual({ facts: { riskUnknown: "wechat_unavailable" } });
  });

  test("also of that for the access token", async () => {
    const { simulator, ask } = await ranks();
    simulator.trouble({ path: "/cgi-bin/stable_token", errcode: 40164 });
    expect(await ask()).toEqual({ facts: { riskErrcode: 40164 } });
  });
});

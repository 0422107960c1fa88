import { createServer } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { accessTokens, withAccessToken } from "../../../functions/core/access-token.ts";
import { weChatHost } from "../../../functions/wechat/host.ts";
import { phoneCodes } from "../../../functions/wechat/phone-number.ts";
import { serverCalls } from "../../../functions/wechat/server-call.ts";
import { stableToken } from "../../../functions/wechat/stable-token.ts";
import { settableSecrets, shop, solo, weChatForThisTest } from "../../support/wechat.ts";

const path = "/wxa/business/getuserphonenumber";

async function weChat() {
  const simulator = await weChatForThisTest();
  const calls = serverCalls(weChatHost(simulator.url, Date.now));
  const tokens = accessTokens({
    stableToken: stableToken(calls),
    appSecrets: settableSecrets(shop.secret),
    now: Date.now,
  });
  const { appId } = shop;
  const openidOf = (user: string) => simulator.user(user).identities[0]?.openid ?? "";
  const codeOf = (user: string, app = appId): string => Object(simulator.phone(user, app)).code;
  const { exchange } = phoneCodes(calls);
  const ask = (user: string, code: string) =>
    withAccessToken(tokens, appId, (token) => exchange({ appId, openid: openidOf(user) }, code, token));
  return { simulator, ask, codeOf };
}

test("a code of this person's tells their number in E.164, once", async () => {
  const { simulator, ask, codeOf } = await weChat();
  simulator.user("alice", { phoneNumber: "13800138000" });
  const code = codeOf("alice");
  expect(await ask("alice", code)).toEqual({ phoneNumber: "+8613800138000" });
  expect(await ask("alice", code)).toMatchObject({
    refused: "invalid_phone_code",
    facts: { errcode: 40029 },
  });
});

test("a foreign number has its country code, whether that comes as text or as a number", async () => {
  const { simulator, ask, codeOf } = await weChat();
  for (const countryCode of ["852", 852]) {
    simulator.user("alice", { phoneNumber: "51234567", countryCode });
    expect(await ask("alice", codeOf("alice"))).toEqual({ phoneNumber: "+85251234567" });
  }
});

test("another user's code is refused, and so is another mini-program's", async () => {
  const { ask, codeOf } = await weChat();
  expect(await ask("alice", codeOf("bob"))).toMatchObject({ refused: "invalid_phone_code" });
  expect(await ask("alice", codeOf("alice", solo.appId))).toMatchObject({ refused: "invalid_phone_code" });
});

test("a token that WeChat does not take any more is replaced once, and the code is not spent by it", async () => {
  const { simulator, ask, codeOf } = await weChat();
  const code = codeOf("alice");
  simulator.trouble({ path, errcode: 40001, times: 1 });
  expect(await ask("alice", code)).toHaveProperty("phoneNumber");
});

test.each([
  [-1, "wechat_busy"],
  [45011, "rate_limited"],
  [45009, "quota_exhausted"],
  [48001, "not_configured"],
  [40235, "not_configured"],
] as const)("errcode %i is %s", async (errcode, refused) => {
  const { simulator, ask, codeOf } = await weChat();
  simulator.trouble({ path, errcode, times: 1 });
  expect(await ask("alice", codeOf("alice"))).toMatchObject({ refused });
});

describe("what is no number of this mini-program's is an outage that somebody must look at, and is not repeated", () => {
  const watermark = { timestamp: 1_764_093_524, appid: shop.appId };
  const number = { phoneNumber: "13800138000", purePhoneNumber: "13800138000", countryCode: "86", watermark };

  test.each([
    ["a watermark of another one", { ...number, watermark: { ...watermark, appid: solo.appId } }],
    ["letters", { ...number, purePhoneNumber: "13800canary" }],
    ["no digits", { ...number, purePhoneNumber: "" }],
    ["a country code that is none", { ...number, countryCode: "0" }],
    ["too many digits", { ...number, purePhoneNumber: "13800138000138001" }],
    ["a fraction of a country", { ...number, countryCode: 8.6 }],
    ["no watermark", { ...number, watermark: undefined }],
    ["no country", { ...number, countryCode: undefined }],
    ["nothing", undefined],
  ])("%s", async (_, phone_info) => {
    const server = createServer((_request, response) =>
      response.end(JSON.stringify({ errcode: 0, errmsg: "ok", phone_info })),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = Object(server.address());
    const { exchange } = phoneCodes(serverCalls(weChatHost(`http://127.0.0.1:${port}`, Date.now)));
    const answer = await exchange({ appId: shop.appId, openid: "oAlice" }, "a code", "a token");
    expect(answer).toMatchObject({ refused: "wechat_unavailable" });
    expect(JSON.stringify(answer)).not.toMatch(/1380|canary/);
  });
});

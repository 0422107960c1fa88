import { describe, expect, test } from "vitest";
import { weChatHost } from "../../../functions/wechat/host.ts";
import { serverCalls } from "../../../functions/wechat/server-call.ts";
import { stableToken } from "../../../functions/wechat/stable-token.ts";
import { serverForThisTest } from "../../support/server.ts";
import { shop, weChatForThisTest } from "../../support/wechat.ts";

const asking = (url: string) => stableToken(serverCalls(weChatHost(url, Date.now)));

test("the token is everybody's until it is forced, and lives as long as WeChat says", async () => {
  const simulator = await weChatForThisTest();
  simulator.app(shop.appId, { tokenLifetimeSeconds: 345 });
  const { ask } = asking(simulator.url);
  const first = await ask(shop.appId, shop.secret);
  expect(first).toEqual({
    secret: "accepted",
    token: expect.stringMatching(/.{136,512}/),
    expiresInSeconds: 345,
  });
  expect((await ask(shop.appId, shop.secret)).token).toBe(first.token);
  expect((await ask(shop.appId, shop.secret, true)).token).not.toBe(first.token);
});

test("in its last five minutes the new token is given, and the old one still taken", async () => {
  const simulator = await weChatForThisTest();
  const { ask } = asking(simulator.url);
  const old = await ask(shop.appId, shop.secret);
  simulator.forward(6_900);
  const fresh = await ask(shop.appId, shop.secret);
  expect(fresh.token).not.toBe(old.token);
  for (const { token = "" } of [old, fresh]) {
    const query = new URLSearchParams({ access_token: token });
    const response = await fetch(`${simulator.url}/wxa/getuserriskrank?${query}`, { method: "POST" });
    // What is wrong with it comes after the token.
    expect(await response.json()).toMatchObject({ errcode: 44002 });
  }
});

test("another address than those on the list is told, with what WeChat saw", async () => {
  const simulator = await weChatForThisTest();
  simulator.app(shop.appId, { ipAllowlist: ["203.0.113.7"] });
  expect(await asking(simulator.url).ask(shop.appId, shop.secret)).toMatchObject({
    secret: "unknown",
    refusal: { refused: "not_configured", facts: { errcode: 40164, address: "127.0.0.1", alarm: true } },
  });
});

describe("of WeChat's words only an address is taken:", () => {
  const rid = "rid: 65a5-1";
  test.each<[string, string | undefined]>([
    [`invalid ip 8.149.1.2 ipv6 ::ffff:8.149.1.2, not in whitelist ${rid}`, "8.149.1.2"],
    [`invalid ip 2408:4001::1, not in whitelist ${rid}`, "2408:4001::1"],
    [`invalid ip 8.149.1.999 ipv6 ::, not in whitelist ${rid}`, undefined],
    [`invalid ip 8.149.1.2secret, not in whitelist ${rid}`, undefined],
    [`invalid ip ${"1".repeat(60)}, not in whitelist ${rid}`, undefined],
    [`see invalid ip 8.149.1.2, not in whitelist ${rid}`, undefined],
    ["not in whitelist", undefined],
  ])("%s", async (errmsg, address) => {
    const url = await serverForThisTest((_, response) => {
      response.end(JSON.stringify({ errcode: 40164, errmsg }));
    });
    const { refusal } = await asking(url).ask("wx1", "s3cret");
    expect(refusal?.facts?.address).toBe(address);
  });

  test("and of a token never", async () => {
    const url = await serverForThisTest((_, response) => {
      response.end(JSON.stringify({ errcode: 40125, errmsg: "invalid ip 8.149.1.2, s3cret" }));
    });
    expect(JSON.stringify(await asking(url).ask("wx1", "s3cret"))).not.toMatch(/8\.149|s3cret/);
  });
});

test.each([
  ["no token", { expires_in: 7_200 }],
  ["an empty one", { access_token: "", expires_in: 7_200 }],
  ["no end", { access_token: "t" }],
  ["an end in the past", { access_token: "t", expires_in: 0 }],
])("an answer with %s is none", async (_, answer) => {
  const url = await serverForThisTest((_request, response) => {
    response.end(JSON.stringify(answer));
  });
  expect(await asking(url).ask("wx1", "s3cret")).toMatchObject({
    refusal: { refused: "wechat_unavailable" },
  });
});

import { expect, test } from "vitest";
import { messageSender } from "../../examples/subscription-message/send.ts";
import { weChatHost } from "../../functions/wechat/host.ts";
import { serverCalls } from "../../functions/wechat/server-call.ts";
import { stableToken } from "../../functions/wechat/stable-token.ts";
import { shop, weChatForThisTest } from "../support/wechat.ts";

/** The example before the simulator, which lends it tokens as the login's stack does. */
async function sender() {
  const simulator = await weChatForThisTest();
  const { ask } = stableToken(serverCalls(weChatHost(simulator.url, Date.now)));
  const asked: (string | undefined)[] = [];
  let kept: string | undefined;
  const send = messageSender({
    baseUrl: simulator.url,
    async accessToken({ refused } = {}) {
      asked.push(refused);
      if (kept === undefined || kept === refused) kept = (await ask(shop.appId, shop.secret)).token;
      return kept ?? "";
    },
  });
  const [{ openid = "" } = {}] = simulator.user("alice").identities;
  const message = { touser: openid, template_id: "made-up", data: { thing1: { value: "Tea" } } };
  const end = () => ask(shop.appId, shop.secret, true);
  const sent = () => simulator.requests.filter(({ path }) => path.endsWith("/send"));
  return { simulator, asked, message, end, sent, send: () => send(message) };
}

test("a message is sent with the token that was lent", async () => {
  const { send, asked, sent } = await sender();
  expect([await send(), asked, sent().length]).toEqual([0, [undefined], 1]);
});

test("with one that has ended it is sent once more, with another", async () => {
  const { send, end, asked, sent } = await sender();
  await send();
  await end();
  expect(await send()).toBe(0);
  expect(asked).toEqual([undefined, undefined, expect.any(String)]);
  expect(sent().map(({ errcode }) => errcode)).toEqual([0, 40001, 0]);
});

test.each([40001, 43101])("what WeChat goes on refusing with %i is told", async (errcode) => {
  const { send, simulator, sent } = await sender();
  simulator.trouble({ path: "/cgi-bin/message/subscribe/send", errcode });
  expect(await send()).toBe(errcode);
  expect(sent()).toHaveLength(errcode === 40001 ? 2 : 1);
});

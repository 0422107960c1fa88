import { describe, expect, test } from "vitest";
import { accessToken, call, errcodeOf, shop, simulate } from "../support/simulator.ts";

async function sending() {
  const { simulator } = await simulate();
  const [inShop, inCafe] = simulator.user("alice").identities;
  const message = { touser: inShop?.openid, template_id: "made-up", data: { thing1: { value: "Tea" } } };
  const send = async (changes: object = {}, token?: string) => {
    const query = new URLSearchParams({ access_token: token ?? (await accessToken(simulator)) });
    return call(simulator, "POST", `/cgi-bin/message/subscribe/send?${query}`, { ...message, ...changes });
  };
  return { simulator, send, inCafe };
}

describe("message/subscribe/send", () => {
  test("takes a message to somebody of the app", async () => {
    const { simulator, send } = await sending();
    expect((await send({ page: "pages/orders", lang: "zh_CN" })).json).toEqual({ errcode: 0, errmsg: "ok" });
    expect(simulator.requests.at(-1)).toMatchObject({ appId: shop.appId, errcode: 0 });
  });

  test.each([
    [40003, "nobody", { touser: undefined }],
    [40003, "an unknown openid", { touser: "o_unknown" }],
    [40037, "no template", { template_id: "" }],
    [47003, "no data", { data: undefined }],
    [47003, "data that are text", { data: "Tea" }],
  ])("refuses with %i: %s", async (errcode, _what, changes) => {
    const { send } = await sending();
    expect(errcodeOf(await send(changes))).toBe(errcode);
  });

  test("refuses the openid that the user has in another app, and another's token", async () => {
    const { send, inCafe } = await sending();
    expect(errcodeOf(await send({ touser: inCafe?.openid }))).toBe(40003);
    expect(errcodeOf(await send({}, "made-up"))).toBe(40001);
  });
});

import { describe, expect, test } from "vitest";
import { accessToken, cafe, call, errcodeOf, noon, shop, simulate } from "../support/simulator.ts";

const hours = (count: number) => noon + count * 3_600_000;

/** Alice has been in the first app; `ask` is how a server asks about her. */
async function visited() {
  const { simulator, time } = await simulate();
  simulator.login("alice");
  const [inShop, inCafe] = simulator.user("alice").identities;
  const about = { appid: shop.appId, openid: inShop?.openid, scene: 0, client_ip: "203.0.113.7" };
  const ask = async (changes: object = {}, token?: string) => {
    const query = new URLSearchParams({ access_token: token ?? (await accessToken(simulator)) });
    return call(simulator, "POST", `/wxa/getuserriskrank?${query}`, { ...about, ...changes });
  };
  return { simulator, time, ask, openidInCafe: inCafe?.openid };
}

describe("getuserriskrank", () => {
  test("says 0, or what the control has set", async () => {
    const { simulator, ask } = await visited();
    const said = { errcode: 0, errmsg: "getuserriskrank succ", unoin_id: expect.any(Number) };
    expect((await ask()).json).toEqual({ ...said, risk_rank: 0 });
    const set = await call(simulator, "POST", "/_sim/users/alice", { riskRank: 4 });
    expect(set.json).toMatchObject({ riskRank: 4 });
    expect((await ask({ scene: 2, is_test: true, mobile_no: "13800138000" })).json).toEqual({
      ...said,
      risk_rank: 4,
    });
  });

  test.each([
    [40129, "no scene", { scene: undefined }],
    [40129, "a scene that there is not", { scene: 3 }],
    [47001, "no address of the user", { client_ip: undefined }],
    [40003, "no openid", { openid: undefined }],
    [40003, "an unknown openid", { openid: "o_unknown" }],
    [43104, "another app's AppId", { appid: cafe.appId }],
  ])("is refused with %i: %s", async (errcode, _what, changes) => {
    const { ask } = await visited();
    expect(errcodeOf(await ask(changes))).toBe(errcode);
  });

  test("is refused with 43104: the openid that the user has in another app", async () => {
    const { ask, openidInCafe } = await visited();
    expect(errcodeOf(await ask({ openid: openidInCafe }))).toBe(43104);
  });

  test.each([
    [44002, ""],
    [47001, "scene=0"],
  ])("is refused with %i: the body %j", async (errcode, body) => {
    const { simulator } = await visited();
    const path = `/wxa/getuserriskrank?access_token=${await accessToken(simulator)}`;
    expect(errcodeOf(await call(simulator, "POST", path, body))).toBe(errcode);
  });

  test.each([
    ["a millisecond before 2 hours after the visit", hours(2) - 1, 0],
    ["2 hours after it", hours(2), 61010],
  ])("needs a recent visit: %s", async (_when, now, errcode) => {
    const { time, ask } = await visited();
    time.now = now;
    expect(errcodeOf(await ask())).toBe(errcode);
  });

  test("61010: a user who was never there", async () => {
    const { simulator, ask } = await visited();
    expect(errcodeOf(await ask({ openid: simulator.user("bob").identities[0]?.openid }))).toBe(61010);
  });

  test("42001, 41001: the access_token, before anything else", async () => {
    const { time, ask, simulator } = await visited();
    const token = await accessToken(simulator);
    time.now = hours(2);
    expect(errcodeOf(await ask({ scene: 3 }, token))).toBe(42001);
    expect(errcodeOf(await ask({ scene: 3 }, ""))).toBe(41001);
  });
});

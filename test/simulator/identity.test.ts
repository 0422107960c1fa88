import { describe, expect, test } from "vitest";
import { startWeChatSimulator } from "../../simulator/simulator.ts";
import { seededRandom } from "../support/seeded-numbers.ts";
import { cafe, exchange, field, shop, simulate, solo, wire } from "../support/simulator.ts";

/** openid and unionid for each AppId, as the control shows them. */
async function identitiesOf(user: string, options = {}) {
  const { simulator } = await simulate(options);
  return simulator.user(user).identities;
}

describe("an identity", () => {
  test("survives a restart, whatever the clock and the randomness", async () => {
    const before = await identitiesOf("alice");
    await identitiesOf("bob");
    expect(await identitiesOf("alice", { random: seededRandom("another"), clock: () => 0 })).toEqual(before);
  });

  test("does not depend on the secret", async () => {
    const { simulator } = await simulate();
    const before = simulator.user("alice");
    simulator.app(shop.appId, { secret: "rotated" });
    expect(simulator.user("alice")).toEqual(before);
  });

  test("is what the exchange answers", async () => {
    const { simulator } = await simulate();
    const answer = await exchange(simulator, simulator.login("alice"));
    expect(simulator.user("alice").identities[0]).toEqual({
      appId: shop.appId,
      openid: field(answer, "openid"),
      unionid: field(answer, "unionid"),
    });
  });

  test("has another openid in every app, and another for every user", async () => {
    const all = [...(await identitiesOf("alice")), ...(await identitiesOf("bob"))];
    expect(new Set(all.map(({ openid }) => openid)).size).toBe(6);
  });

  test("has one unionid in all apps of an owner, and none in an app without", async () => {
    const [inShop, inCafe, inSolo] = await identitiesOf("alice");
    expect(inShop?.unionid).toMatch(/^o[\w-]{27}$/);
    expect(inCafe?.unionid).toBe(inShop?.unionid);
    expect(inShop?.unionid).not.toBe(inShop?.openid);
    expect(inSolo).toEqual({ appId: solo.appId, openid: expect.stringMatching(/^o[\w-]{27}$/) });
  });

  test("has another unionid under another owner", async () => {
    const [here] = await identitiesOf("alice");
    const [there] = await identitiesOf("alice", { apps: [{ ...shop, owner: "umbrella" }] });
    expect(there?.openid).toBe(here?.openid);
    expect(there?.unionid).not.toBe(here?.unionid);
  });
});

describe("a code", () => {
  test("has 32 letters and digits and is never given twice", async () => {
    const { simulator } = await simulate();
    const codes = Array.from({ length: 100 }, () => simulator.login("alice"));
    expect(new Set(codes).size).toBe(100);
    for (const code of codes) expect(code).toMatch(/^[A-Za-z0-9]{32}$/);
  });

  test("belongs to the first app if none is named", async () => {
    const { simulator } = await simulate({ apps: [cafe, shop] });
    const answer = await exchange(simulator, simulator.login("alice"), wire(cafe));
    expect(field(answer, "openid")).toBe(simulator.user("alice").identities[0]?.openid);
  });
});

describe("a simulator does not start", () => {
  test.each([
    ["without an app", [], "at least one app"],
    ["with an AppId listed twice", [shop, { ...cafe, appId: shop.appId }], "twice"],
  ])("%s", async (_what, apps, words) => {
    await expect(startWeChatSimulator({ apps })).rejects.toThrow(words);
  });
});

import { describe, expect, test } from "vitest";
import type { WeChatSimulator } from "../../simulator/simulator.ts";
import {
  accessToken,
  askForToken,
  cafe,
  call,
  errcodeOf,
  field,
  noon,
  shop,
  simulate,
  wire,
} from "../support/simulator.ts";

const path = "/wxa/business/getuserphonenumber";

async function ask(simulator: WeChatSimulator, body: unknown, token?: string) {
  return call(simulator, "POST", `${path}?access_token=${token ?? (await accessToken(simulator))}`, body);
}

describe("a phone number", () => {
  test("comes for the code of a button, with the time of the press", async () => {
    const { simulator, time } = await simulate();
    const pressed = await call(simulator, "POST", "/_sim/phone", { user: "alice" });
    expect(field(pressed, "code")).toMatch(/^[0-9a-f]{64}$/);
    time.now = noon + 5000;
    const { phoneNumber } = simulator.user("alice");
    expect((await ask(simulator, { code: field(pressed, "code") })).json).toEqual({
      errcode: 0,
      errmsg: "ok",
      phone_info: {
        phoneNumber,
        purePhoneNumber: phoneNumber,
        countryCode: "86",
        watermark: { timestamp: noon / 1000, appid: shop.appId },
      },
    });
  });

  test("is made of the name, whatever the clock and the randomness", async () => {
    const numbers: string[] = [];
    for (const user of ["alice", "alice", "bob"]) {
      const { simulator } = await simulate({ random: (size) => Buffer.alloc(size, numbers.length) });
      numbers.push(simulator.user(user).phoneNumber);
    }
    expect(numbers).toEqual([numbers[0], numbers[0], expect.stringMatching(/^138\d{8}$/)]);
    expect(numbers[2]).not.toBe(numbers[0]);
  });

  test.each([
    ["852", "85251234567"],
    [852, "85251234567"],
    [86, "51234567"],
  ])(
    "is what the control has set; the country code %j is sent as it is",
    async (countryCode, phoneNumber) => {
      const { simulator } = await simulate();
      const set = { phoneNumber: "51234567", countryCode };
      expect((await call(simulator, "POST", "/_sim/users/alice", set)).json).toMatchObject(set);
      const answer = await ask(simulator, simulator.phone("alice"));
      const phone_info = { phoneNumber, purePhoneNumber: "51234567", countryCode };
      expect(answer.json).toMatchObject({ phone_info });
    },
  );

  test.each([
    ["phoneNumber", "+86 138"],
    ["phoneNumber", 13_800_138_000],
    ["countryCode", "+86"],
    ["countryCode", 0],
  ])("is not set by a wrong %s %j", async (name, value) => {
    const { simulator } = await simulate();
    const before = simulator.user("alice");
    const answer = await call(simulator, "POST", "/_sim/users/alice", { [name]: value });
    expect([answer.status, field(answer, "field")]).toEqual([400, name]);
    expect(simulator.user("alice")).toEqual(before);
  });
});

describe("the quota of phone numbers", () => {
  const emptyHanded = { errMsg: expect.stringMatching(/^getPhoneNumber:fail /), errno: 1400001 };

  test("is paid by each success; an empty one the button tells, and not the call", async () => {
    const { simulator } = await simulate();
    simulator.app(shop.appId, { phoneQuota: 1 });
    const pressed = [simulator.phone("alice"), simulator.phone("bob")];
    expect(errcodeOf(await ask(simulator, { code: "made-up" }))).toBe(40029);
    expect(simulator.app(shop.appId).phoneQuota).toBe(1);
    for (const detail of pressed) expect(errcodeOf(await ask(simulator, detail))).toBe(0);
    expect(simulator.app(shop.appId).phoneQuota).toBe(0);
    expect(simulator.phone("alice")).toEqual(emptyHanded);
    expect((await call(simulator, "POST", "/_sim/phone", { user: "alice" })).json).toEqual(emptyHanded);
    expect(simulator.phone("alice", cafe.appId)).toHaveProperty("code");
  });

  test("has 1,000 in it at first", async () => {
    const { simulator } = await simulate();
    expect(simulator.app(shop.appId).phoneQuota).toBe(1000);
  });
});

describe("a refusal", () => {
  test("40029: a code that was used", async () => {
    const { simulator } = await simulate();
    const { code } = simulator.phone("alice");
    expect(errcodeOf(await ask(simulator, { code }))).toBe(0);
    expect(errcodeOf(await ask(simulator, { code }))).toBe(40029);
  });

  test.each([
    ["a millisecond before 5 minutes", 299_999, 0],
    ["at 5 minutes", 300_000, 40029],
  ])("or none, by age: %s", async (_when, age, errcode) => {
    const { simulator, time } = await simulate();
    const { code } = simulator.phone("alice");
    time.now = noon + age;
    expect(errcodeOf(await ask(simulator, { code }))).toBe(errcode);
  });

  test("40029: an unknown code, and one of wx.login", async () => {
    const { simulator } = await simulate();
    for (const code of ["made-up", simulator.login("alice")]) {
      expect(errcodeOf(await ask(simulator, { code }))).toBe(40029);
    }
  });

  test("40013: the code of another app, which is not spent", async () => {
    const { simulator } = await simulate();
    const { code } = simulator.phone("alice", cafe.appId);
    expect(errcodeOf(await ask(simulator, { code }))).toBe(40013);
    const token = field(await askForToken(simulator, wire(cafe)), "access_token");
    expect(errcodeOf(await ask(simulator, { code }, token))).toBe(0);
  });

  test("45011: beyond the quota", async () => {
    const { simulator } = await simulate({ exchangesPerMinute: 1 });
    const errcodes: unknown[] = [];
    for (const user of ["alice", "alice", "bob"]) {
      errcodes.push(errcodeOf(await ask(simulator, simulator.phone(user))));
    }
    expect(errcodes).toEqual([0, 45011, 0]);
  });

  test("40029: a code of somebody else, whom the openid says; it is spent", async () => {
    const { simulator } = await simulate();
    const [{ openid } = { openid: "" }] = simulator.user("alice").identities;
    const [stolen, own] = [simulator.phone("bob"), simulator.phone("alice")];
    expect(errcodeOf(await ask(simulator, { ...stolen, openid }))).toBe(40029);
    expect(errcodeOf(await ask(simulator, stolen))).toBe(40029);
    expect(errcodeOf(await ask(simulator, { ...own, openid }))).toBe(0);
  });

  test("47001: an openid that is no text", async () => {
    const { simulator } = await simulate();
    expect(errcodeOf(await ask(simulator, { ...simulator.phone("alice"), openid: 7 }))).toBe(47001);
  });

  test("40029: the openid that the user has in another app", async () => {
    const { simulator } = await simulate();
    const openid = simulator.user("alice").identities[1]?.openid;
    expect(errcodeOf(await ask(simulator, { ...simulator.phone("alice"), openid }))).toBe(40029);
  });

  test.each([
    [41008, {}],
    [41008, { code: "" }],
    [41008, { code: 7 }],
    [44002, ""],
    [47001, "code=1"],
  ])("%i: the body %j", async (errcode, body) => {
    const { simulator } = await simulate();
    expect(errcodeOf(await ask(simulator, body))).toBe(errcode);
  });

  test("41001, 40001, 42001: the access_token, before the code is looked at", async () => {
    const { simulator, time } = await simulate();
    const [{ code }, token] = [simulator.phone("alice"), await accessToken(simulator)];
    expect(errcodeOf(await ask(simulator, { code }, ""))).toBe(41001);
    expect(errcodeOf(await ask(simulator, { code }, "made-up"))).toBe(40001);
    expect(errcodeOf(await ask(simulator, { code }, token))).toBe(0);
    time.now = noon + 7_200_000;
    expect(errcodeOf(await ask(simulator, { code }, token))).toBe(42001);
  });
});

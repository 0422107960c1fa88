import { createDecipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ControlError } from "../../simulator/control-input.ts";
import { encrypted, rawDataSignature, sessionSignature } from "../../simulator/state/open-data.ts";
import { vectors } from "../support/published-vectors.ts";
import { cafe, call, exchange, field, noon, shop, simulate, solo } from "../support/simulator.ts";

/** As a server does it, with node's own implementation. */
function decrypted(data: { encryptedData: string; iv: string }, sessionKey: string): string {
  const [key, iv] = [Buffer.from(sessionKey, "base64"), Buffer.from(data.iv, "base64")];
  const decipher = createDecipheriv("aes-128-cbc", key, iv);
  return decipher.update(data.encryptedData, "base64", "utf8") + decipher.final("utf8");
}

describe("WeChat's published vectors hold for", () => {
  test("the signature of rawData", () => {
    const { rawData, sessionKey, signature } = vectors.rawDataSignature;
    expect(rawDataSignature(rawData, sessionKey)).toBe(signature);
  });

  test("the encryption, to the byte", () => {
    const { sessionKey, iv, encryptedData, expected } = vectors.encryptedData;
    const plain = decrypted({ encryptedData, iv }, sessionKey);
    expect(JSON.parse(plain)).toMatchObject(expected);
    expect(encrypted(plain, sessionKey, iv)).toBe(encryptedData);
  });

  test("the HMAC, under the session_key string as it is", () => {
    const { message, sessionKey, signature } = vectors.hmacSignature;
    expect(sessionSignature(message, sessionKey)).toBe(signature);
  });
});

describe("open data", () => {
  test("are signed and encrypted under the user's present session_key, with a watermark", async () => {
    const { simulator, time } = await simulate();
    await exchange(simulator, simulator.login("张三"));
    await exchange(simulator, simulator.login("张三"));
    time.now = noon + 61_999;
    const answer = await call(simulator, "POST", "/_sim/userinfo", { user: "张三" });
    expect(Object.keys(Object(answer.json))).toEqual(["rawData", "signature", "encryptedData", "iv"]);
    const data = { encryptedData: field(answer, "encryptedData"), iv: field(answer, "iv") };
    const sessionKey = simulator.sessionKey("张三") ?? "";
    const profile: object = JSON.parse(field(answer, "rawData"));
    expect(profile).toMatchObject({ nickName: "张三" });
    expect(field(answer, "signature")).toBe(rawDataSignature(field(answer, "rawData"), sessionKey));
    const [identity] = simulator.user("张三").identities;
    expect(JSON.parse(decrypted(data, sessionKey))).toEqual({
      ...profile,
      openId: identity?.openid,
      unionId: identity?.unionid,
      watermark: { timestamp: noon / 1000 + 61, appid: shop.appId },
    });
  });

  test("have no unionId in an app without an owner", async () => {
    const { simulator } = await simulate();
    await exchange(simulator, simulator.login("alice", solo.appId), solo);
    const data = simulator.userInfo("alice", solo.appId);
    const plain = decrypted(data, simulator.sessionKey("alice", solo.appId) ?? "");
    expect(JSON.parse(plain)).not.toHaveProperty("unionId");
  });

  test("of WeRun are the steps of 31 days, the same ones for a name", async () => {
    const { simulator, time } = await simulate();
    // The next day in China.
    time.now = Date.parse("2026-03-01T21:00:00Z");
    await exchange(simulator, simulator.login("alice"));
    const answer = await call(simulator, "POST", "/_sim/werun", { user: "alice" });
    expect(Object.keys(Object(answer.json))).toEqual(["encryptedData", "iv"]);
    const stepsIn = (data: { encryptedData: string; iv: string }, user = "alice") =>
      JSON.parse(decrypted(data, simulator.sessionKey(user) ?? ""));
    const { stepInfoList, watermark } = stepsIn({
      encryptedData: field(answer, "encryptedData"),
      iv: field(answer, "iv"),
    });
    expect(watermark).toEqual({ timestamp: time.now / 1000, appid: shop.appId });
    const midnights = stepInfoList.map(({ timestamp }: { timestamp: number }) => timestamp);
    const today = Date.parse("2026-03-02T00:00:00+08:00") / 1000;
    expect(midnights).toEqual(Array.from({ length: 31 }, (_, index) => today - (30 - index) * 86_400));
    for (const { step } of stepInfoList) expect(step).toBeLessThan(20_000);
    expect(stepsIn(simulator.weRunData("alice")).stepInfoList).toEqual(stepInfoList);
    await exchange(simulator, simulator.login("bob"));
    expect(stepsIn(simulator.weRunData("bob"), "bob").stepInfoList).not.toEqual(stepInfoList);
    expect(() => simulator.weRunData("carol")).toThrow(ControlError);
  });

  test("never come twice under the same iv", async () => {
    const { simulator } = await simulate();
    await exchange(simulator, simulator.login("alice"));
    expect(simulator.userInfo("alice").iv).not.toBe(simulator.userInfo("alice").iv);
  });

  test("are under the key of the last wx.login, exchanged or not: a server with an earlier one must ask for a code", async () => {
    const { simulator } = await simulate();
    const known = field(await exchange(simulator, simulator.login("alice")), "session_key");
    const code = simulator.login("alice");
    const { rawData, signature } = simulator.userInfo("alice");
    expect(signature).not.toBe(rawDataSignature(rawData, known));
    const renewed = field(await exchange(simulator, code), "session_key");
    expect(signature).toBe(rawDataSignature(rawData, renewed));
  });

  test("need a session_key, of the app", async () => {
    const { simulator } = await simulate();
    simulator.login("alice");
    expect(() => simulator.userInfo("alice", cafe.appId)).toThrow(ControlError);
    const answer = await call(simulator, "POST", "/_sim/userinfo", { user: "bob" });
    expect([answer.status, field(answer, "error")]).toEqual([
      400,
      expect.stringContaining('"user" has no session_key yet'),
    ]);
  });
});

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { accountKey, identityKey, type Person } from "../../../functions/core/identity.ts";
import { alice, bob, cafe, hex, shop } from "../../support/fakes.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("an identity's key", () => {
  test("is the first 16 bytes of SHA-256(appId # openid), which what is stored depends on", () => {
    const key = identityKey({ appId: "wx0123456789abcdef", openid: "oOpenid" });
    expect(key).toHaveLength(16);
    expect(hex(key)).toBe(sha256("wx0123456789abcdef#oOpenid").slice(0, 32));
  });

  test("is another one under another AppId, although the openid is the same", () => {
    const { openid } = alice;
    expect(hex(identityKey({ appId: shop, openid }))).not.toBe(hex(identityKey({ appId: cafe, openid })));
  });

  test("is another one for another openid", () => {
    expect(hex(identityKey(alice))).not.toBe(hex(identityKey(bob)));
  });

  test("does not depend on the unionid, which is never a login key", () => {
    const withUnionid: Person = { ...alice, unionid: "uAlice" };
    expect(hex(identityKey(withUnionid))).toBe(hex(identityKey(alice)));
  });
});

describe("an account's key", () => {
  test("is SHA-256(account # userId), 32 bytes", () => {
    const key = accountKey("user-1");
    expect(key).toHaveLength(32);
    expect(hex(key)).toBe(sha256("account#user-1"));
  });

  test("cannot be met by an identity, whatever its AppId and openid are called", () => {
    expect(identityKey({ appId: "account", openid: "user-1" })).toHaveLength(16);
    expect(accountKey("user-1")).toHaveLength(32);
  });
});

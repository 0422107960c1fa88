import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  accessToken,
  cafe,
  call,
  errcodeOf,
  exchange,
  field,
  noon,
  signedPath,
  simulate,
} from "../support/simulator.ts";

const check = "/wxa/checksession";
const reset = "/wxa/resetusersessionkey";

/** Alice is logged in to the first app; `ask` makes a signed call about her. */
async function loggedIn(options = {}) {
  const { simulator, time } = await simulate(options);
  const answer = await exchange(simulator, simulator.login("alice"));
  const [openid, sessionKey] = [field(answer, "openid"), field(answer, "session_key")];
  const access_token = await accessToken(simulator);
  const ask = (path: string, changes: Record<string, string | null> = {}, key = sessionKey) => {
    const signature = createHmac("sha256", key).update("").digest("hex");
    return call(simulator, "GET", signedPath(path, { access_token, openid, signature, ...changes }));
  };
  return { simulator, time, openid, sessionKey, ask };
}

describe("checksession", () => {
  test("says ok for the present session_key only", async () => {
    const { simulator, sessionKey, ask } = await loggedIn();
    expect((await ask(check)).json).toEqual({ errcode: 0, errmsg: "ok" });
    const next = field(await exchange(simulator, simulator.login("alice")), "session_key");
    expect(errcodeOf(await ask(check, {}, sessionKey))).toBe(87009);
    expect(errcodeOf(await ask(check, {}, next))).toBe(0);
  });
});

describe("resetusersessionkey", () => {
  test("gives a new session_key; the one before it is no longer valid", async () => {
    const { simulator, openid, sessionKey, ask } = await loggedIn();
    const answer = await ask(reset);
    const next = field(answer, "session_key");
    expect(answer.json).toEqual({ errcode: 0, errmsg: "ok", openid, session_key: next });
    expect(next).not.toBe(sessionKey);
    expect(simulator.sessionKey("alice")).toBe(next);
    expect(errcodeOf(await ask(reset))).toBe(87009);
    expect(errcodeOf(await ask(reset, {}, next))).toBe(0);
  });

  test("is 45011 beyond the quota, which is not that of logins", async () => {
    const { simulator, time, ask } = await loggedIn({ exchangesPerMinute: 1 });
    const next = field(await ask(reset), "session_key");
    expect(errcodeOf(await ask(reset, {}, next))).toBe(45011);
    expect(simulator.sessionKey("alice")).toBe(next);
    time.now = noon + 60_000;
    expect(errcodeOf(await ask(reset, {}, next))).toBe(0);
  });
});

describe.each([check, reset])("%s is refused with", (path) => {
  test.each([
    [41001, "no access_token", { access_token: null }],
    [40001, "an unknown access_token", { access_token: "made-up" }],
    [41009, "no openid", { openid: null }],
    [40003, "an unknown openid", { openid: "o_unknown" }],
    [87008, "no sig_method", { sig_method: null }],
    [87008, "another sig_method", { sig_method: "sha1" }],
    [87009, "no signature", { signature: null }],
    [87009, "a wrong signature", { signature: "0".repeat(64) }],
  ])("%i: %s; the session_key stays", async (errcode, _what, changes) => {
    const { simulator, sessionKey, ask } = await loggedIn();
    expect(errcodeOf(await ask(path, changes))).toBe(errcode);
    expect(simulator.sessionKey("alice")).toBe(sessionKey);
  });

  test("42001: an access_token that has expired", async () => {
    const { time, ask } = await loggedIn();
    time.now = noon + 7_200_000;
    expect(errcodeOf(await ask(path))).toBe(42001);
  });

  test("40003: the openid of another app", async () => {
    const { simulator, ask } = await loggedIn();
    const openid = simulator.user("alice").identities.find(({ appId }) => appId === cafe.appId)?.openid ?? "";
    expect(errcodeOf(await ask(path, { openid }))).toBe(40003);
  });

  test("87009: a user who has not logged in; a signature under a base64-decoded key", async () => {
    const { simulator, sessionKey, ask } = await loggedIn();
    const openid = simulator.user("bob").identities[0]?.openid ?? "";
    expect(errcodeOf(await ask(path, { openid }))).toBe(87009);
    const decoded = createHmac("sha256", Buffer.from(sessionKey, "base64")).update("").digest("hex");
    expect(errcodeOf(await ask(path, { signature: decoded }))).toBe(87009);
  });

  test("43001: a POST", async () => {
    const { simulator } = await simulate();
    expect(errcodeOf(await call(simulator, "POST", path, {}))).toBe(43001);
  });
});

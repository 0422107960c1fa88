import { describe, expect, test } from "vitest";
import type { SecretTrial } from "../../../../functions/core/app-secret.ts";
import { authorize } from "../../../../functions/core/authorize.ts";
import { StoreUnavailable } from "../../../../functions/core/refusal.ts";
import { parseSessionId, type SessionList, sessionHandle } from "../../../../functions/core/session.ts";
import { adminDeps } from "../../../support/admin-deps.ts";
import { alice, bob, cafe, noon, refusalOf, shop, zhangsan } from "../../../support/fakes.ts";
import { operatorWorld } from "./operator-world.ts";

const inCafe = { ...alice, appId: cafe };
const ofUser = { of: { userId: "user-1" } };
const ofAlice = { of: { openid: alice.openid } };
const nobody = { refused: "no_such_binding", detail: "Nobody has bound this identity." };
const boundAt = new Date(noon).toISOString();
const oneOf = (appIds: string) => ({ refused: "invalid_request", detail: `appId must be one of ${appIds}.` });
const viewOf = ({ appId, openid }: { appId: string; openid: string }) => ({
  appId,
  openid,
  userId: "user-1",
  boundAt,
  disabled: false,
});

/** Alice is bound to `user-1` in both mini-programs, or in the only one. */
function bound(appIds: readonly string[] = [shop, cafe]) {
  const world = operatorWorld({ appIds });
  const known = { unionid: "uAlice", phoneNumber: "+8613800138000" };
  world.bindings.put(alice, { userId: "user-1", ...known });
  world.bindings.put(inCafe);
  const { read } = world;
  return {
    ...world,
    known,
    isAllowed: async (id: string) => (await authorize(id, read, () => noon)) !== undefined,
  };
}

describe("bindings", () => {
  test("are found by their user, and by an identity with its appId", async () => {
    const { ask, known } = bound();
    const inShop = { ...viewOf(alice), ...known };
    expect(await ask("bindings.find", ofUser)).toStrictEqual({ bindings: [inShop, viewOf(inCafe)] });
    expect(await ask("bindings.find", { of: { openid: alice.openid, appId: cafe } })).toEqual({
      bindings: [viewOf(inCafe)],
    });
    expect(await ask("bindings.find", { of: { openid: bob.openid, appId: shop } })).toEqual(nobody);
    expect(await ask("bindings.find", { of: { userId: "user-9" } })).toEqual({ bindings: [] });
  });

  test("need an appId where there are several, and one of these", async () => {
    expect(await bound().ask("bindings.find", ofAlice)).toEqual(oneOf(`${shop}, ${cafe}`));
    const { ask } = bound([shop]);
    expect(await ask("bindings.find", ofAlice)).toMatchObject({ bindings: [{ appId: shop }] });
    expect(await ask("bindings.find", { of: { ...ofAlice.of, appId: cafe } })).toEqual(oneOf(shop));
  });

  test.each([
    ["of a user", ofUser, 2],
    ["of one identity", { of: { openid: alice.openid, appId: shop } }, 1],
  ])("%s are removed, with their sessions", async (_, of, unbound) => {
    const { ask, bindings, open, isAllowed } = bound();
    const session = await open(alice);
    expect(await ask("bindings.remove", of)).toEqual({ unbound });
    expect(await isAllowed(session)).toBe(false);
    expect(bindings.of(alice)?.userId).toBeUndefined();
    expect(bindings.of(inCafe)?.userId).toBe(unbound === 2 ? undefined : "user-1");
    expect(await ask("bindings.remove", { of: { openid: alice.openid, appId: shop } })).toEqual(nobody);
  });

  test("that end while they are looked up are no more", async () => {
    const { ask, bindings, journal } = bound();
    journal.meanwhile("directory.describe", () => bindings.unbind(alice));
    expect(await ask("bindings.find", ofUser)).toEqual({ bindings: [viewOf(inCafe)] });
  });

  test("of a user are removed with the one that is being made", async () => {
    const { ask, bindings, journal, login, withCode } = operatorWorld();
    journal.meanwhile("bindings.bind", () => ask("bindings.remove", ofUser));
    expect(refusalOf(await login(withCode(alice, zhangsan)))).toBeDefined();
    expect(bindings.of(alice)?.userId).toBeUndefined();
  });

  test("without an account are removed too", async () => {
    const { ask, bindings } = bound();
    bindings.put(bob, { userId: "user-9" });
    expect(await ask("bindings.remove", { of: { userId: "user-9" } })).toEqual({ unbound: 1 });
    expect(bindings.of(bob)?.userId).toBeUndefined();
  });

  test("that were disabled stay so, which is said, until they are enabled", async () => {
    const { ask, bindings } = bound([shop]);
    bindings.put(alice, { userId: "user-1", disabled: true });
    const { appId, openid } = alice;
    const enable = () => ask("bindings.enable", ofAlice);
    expect(await enable()).toEqual({
      refused: "identity_bound",
      detail: "This identity is bound: enable or disable its account.",
    });
    expect(await ask("bindings.remove", ofAlice)).toEqual({ unbound: 1, stillDisabled: [{ appId, openid }] });
    expect(bindings.of(alice)?.disabled).toBe(true);
    expect(await enable()).toEqual({ identity: { appId, openid } });
    expect(bindings.of(alice)?.disabled).toBe(false);
    expect(await ask("bindings.enable", { of: { openid: bob.openid } })).toEqual({
      refused: "no_such_identity",
      detail: "Nothing is known of this identity: is the openid right?",
    });
    expect(await ask("bindings.enable", { of: { ...ofAlice.of, appId: cafe } })).toEqual(oneOf(shop));
  });
});

describe("sessions", () => {
  const handleOf = (sessionId: string) =>
    sessionHandle(parseSessionId(sessionId)?.secretHash ?? new Uint8Array());

  test("are listed, of all identities of a user", async () => {
    const { ask, open, login, withCode, time } = bound();
    const first = await open(alice);
    time.now += 1_000;
    await login({ ...withCode(inCafe), device: "iPhone" });
    const second = await ask("sessions.list", { of: { openid: alice.openid, appId: cafe } });
    const expected = {
      appId: cafe,
      openid: alice.openid,
      createdAt: new Date(noon + 1_000).toISOString(),
      expiresAt: new Date(noon + 86_401_000).toISOString(),
      device: "iPhone",
    };
    expect(second).toEqual({ sessions: [{ id: expect.any(String), ...expected }] });
    const all = await ask("sessions.list", ofUser);
    const { device: _, ...noDevice } = expected;
    const earlier = { createdAt: boundAt, expiresAt: new Date(noon + 86_400_000).toISOString() };
    const inShop = { id: handleOf(first), ...noDevice, appId: shop, ...earlier };
    expect(all).toStrictEqual({ sessions: [inShop, ...("sessions" in second ? second.sessions : [])] });
    expect(await ask("sessions.list", { of: { openid: bob.openid, appId: shop } })).toEqual(nobody);
  });

  test.each([
    [[false, false], undefined],
    [[true, false], true],
    [[true, true], true],
  ])("are said to be more where there are, of any identity: %j", async (more, said) => {
    const world = bound();
    const lists = more.map((it) => ({ sessions: [], more: it }));
    const sessions: SessionList = {
      ...world.sessions,
      list: async () => lists.shift() ?? { sessions: [], more: false },
    };
    const { directory, revocations } = world;
    const { ask } = operatorWorld({ appIds: [shop, cafe], directory, revocations, sessions });
    expect(await ask("sessions.list", ofUser)).toEqual({ sessions: [], ...(said && { more: true }) });
  });

  test.each([
    ["of a user", ofUser, 2, [false, false]],
    ["of an identity", { of: { openid: alice.openid, appId: shop } }, 1, [false, true]],
  ])("%s end all at once", async (_, of, revoked, left) => {
    const { ask, open, isAllowed } = bound();
    const opened = [await open(alice), await open(inCafe)];
    expect(await ask("sessions.revoke", of)).toEqual({ revoked });
    expect(await Promise.all(opened.map(isAllowed))).toEqual(left);
  });

  test("of a user end also where the bindings cannot be read", async () => {
    const { ask, journal, open, isAllowed } = bound();
    const session = await open(alice);
    journal.breaks("directory.describe", new StoreUnavailable("DynamoDB", "down"));
    expect(await ask("sessions.revoke", ofUser)).toEqual({ revoked: 2 });
    expect(await isAllowed(session)).toBe(false);
  });

  test("end one by one, by their ids", async () => {
    const { ask, open, isAllowed } = bound();
    const opened = [await open(alice), await open(inCafe), await open(inCafe)];
    const id = handleOf(opened[1] ?? "");
    expect(await ask("sessions.revoke", { ...ofUser, id })).toEqual({ revoked: 1 });
    expect(await Promise.all(opened.map(isAllowed))).toEqual([true, false, true]);
    const gone = {
      refused: "no_such_session",
      detail: "There is no session with this id: it may have ended already.",
    };
    expect(await ask("sessions.revoke", { ...ofUser, id })).toEqual(gone);
    expect(await ask("sessions.revoke", { ...ofUser, id: "no id" })).toEqual(gone);
    expect(await ask("sessions.revoke", { of: { openid: bob.openid, appId: shop }, id })).toEqual(nobody);
  });
});

describe("the AppSecret", () => {
  const appSecret = "0123456789abcdef0123456789abcdef";

  function deployment(trial: Partial<SecretTrial> = {}, appIds: readonly string[] = [shop]) {
    const stored: [string, string, string][] = [];
    const appSecrets = {
      ...adminDeps(appIds).appSecrets,
      set: async (appId: string, value: string) => void stored.push(["set", appId, value]),
      setProven: async (appId: string, value: string) => void stored.push(["proven", appId, value]),
    };
    const trials = {
      ask: async () => ({ verdict: "accepted", contact: { milliseconds: 1 }, ...trial }) as SecretTrial,
    };
    return { stored, ...operatorWorld({ appIds, appSecrets, trials }) };
  }

  test("is stored, without or with WeChat's word", async () => {
    const { ask, stored } = deployment();
    expect(await ask("secret.set", { appSecret })).toEqual({ appId: shop });
    expect(await ask("secret.rotate", { appId: shop, appSecret })).toEqual({ appId: shop });
    expect(stored).toEqual([
      ["set", shop, appSecret],
      ["proven", shop, appSecret],
    ]);
  });

  test.each(["secret.set", "secret.rotate"] as const)(
    "%s needs a mini-program that is served",
    async (action) => {
      const { ask, stored } = deployment({}, [shop, cafe]);
      expect(await ask(action, { appSecret })).toEqual(oneOf(`${shop}, ${cafe}`));
      expect(await ask(action, { appId: "wx1", appSecret })).toEqual(oneOf(`${shop}, ${cafe}`));
      expect(stored).toEqual([]);
    },
  );

  const milliseconds = 5;
  test.each<[Partial<SecretTrial>, string, string]>([
    [
      { verdict: "refused", errcode: 40125 },
      "app_secret_refused",
      `WeChat refuses this AppSecret for ${shop} (errcode 40125). Nothing was stored.`,
    ],
    [
      { verdict: "unknown_app", errcode: 40013 },
      "app_secret_refused",
      `WeChat knows no AppId ${shop} (errcode 40013). Nothing was stored.`,
    ],
    [
      { verdict: "frozen", errcode: 40243 },
      "app_secret_refused",
      `WeChat has frozen the AppSecret of ${shop} (errcode 40243). Nothing was stored.`,
    ],
    [
      { verdict: "unknown", contact: { failed: "ECONNRESET" } },
      "wechat_unavailable",
      "WeChat could not be reached (ECONNRESET) and asked about the AppSecret. Nothing was stored.",
    ],
    [
      { verdict: "unknown", errcode: -1, contact: { milliseconds } },
      "wechat_unavailable",
      "WeChat said neither yes nor no to the AppSecret (errcode -1). Nothing was stored.",
    ],
  ])("is not stored where WeChat says %j", async (trial, refused, detail) => {
    const { ask, stored } = deployment(trial);
    expect(await ask("secret.rotate", { appSecret })).toEqual({ refused, detail });
    expect(stored).toEqual([]);
  });
});

test("doctor says when and whom it asked, and what it found", async () => {
  const answer = await operatorWorld().ask("doctor.check", {});
  expect(answer).toMatchObject({ now: new Date(noon).toISOString(), url: "https://api.weixin.qq.com" });
  expect(Object.keys(answer).length).toBeGreaterThan(2);
});

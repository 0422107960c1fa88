import { expect, test } from "vitest";
import { identityKey } from "../../../functions/core/identity.ts";
import { refused } from "../../../functions/core/refusal.ts";
import { alice, loginWorld, refusalOf, ticketIn, zhangsan } from "../../support/fakes.ts";

const identity = Buffer.from(identityKey(alice)).toString("base64url");

test("what is logged of a login names the identity by its key, and nothing that is secret or was typed", async () => {
  const world = loginWorld({ limits: { perIdentity: 3 } });
  const { login, withCode, withTicket, bindings } = world;
  const typed = { username: "canary-username", password: "canary-password" };
  const results = [await login(withCode(alice, typed)), await login(withCode(alice, zhangsan))];
  const unbound = await login(withCode({ ...alice, openid: "oSomebody" }));
  results.push(await login(withCode(alice)), await login(withCode(alice, typed)));
  bindings.put(alice, { userId: "user-2" });
  results.push(await login(withCode(alice, zhangsan)), await login(withCode(alice, typed)));
  bindings.put(alice, { disabled: true, userId: "user-1" });
  results.push(await login(withCode(alice)), await login(withCode(alice, zhangsan)));
  expect(results.map(refusalOf)).toEqual([
    "invalid_credentials",
    undefined,
    undefined,
    "invalid_credentials",
    "already_bound",
    "invalid_credentials",
    "account_disabled",
    "too_many_attempts",
  ]);

  for (const { facts } of results) expect(facts).toMatchObject({ identity });
  const logged = JSON.stringify([...results, unbound].map(({ facts }) => facts));
  expect(logged).not.toContain("canary");
  expect(logged).not.toContain(alice.openid);
  for (const result of [...results, unbound]) {
    if ("sessionId" in result) expect(logged).not.toContain(result.sessionId.slice(32));
    if ("bindTicket" in result) expect(logged).not.toContain(result.bindTicket);
  }
  expect(refusalOf(await login(withTicket(ticketIn(unbound), typed)))).toBe("invalid_credentials");
});

test("what WeChat's refusal says for the log is kept, and whose AppSecret it was about is added", async () => {
  const { login, wechat, withCode } = loginWorld();
  const refusal = refused("wechat_user_blocked", { facts: { errcode: 40226, rid: "a-b-c" } });
  expect(await login({ ...withCode(alice), code: wechat.code(refusal) })).toEqual({
    ...refusal,
    facts: { ...refusal.facts, appId: alice.appId },
  });
});

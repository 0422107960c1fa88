import { describe, expect, test } from "vitest";
import { authorize } from "../../../functions/core/authorize.ts";
import { operatorActions } from "../../../functions/core/operator-actions/actions.ts";
import type { OperatorDeps } from "../../../functions/core/operator-actions/deps.ts";
import { isRefusal } from "../../../functions/core/refusal.ts";
import { sessionHandle } from "../../../functions/core/session.ts";
import { sessionHandler } from "../../../functions/session/handler.ts";
import { adminDeps } from "../../support/admin-deps.ts";
import { apiEvent } from "../../support/api-event.ts";
import { alice, loggedIn, loginWorld, refusalOf } from "../../support/fakes.ts";
import { quietShell } from "../../support/quiet-shell.ts";

const of = { appId: alice.appId, openid: alice.openid };

/** Alice, for whom a deployment without passwords has made an account, with what operators can do about her. */
async function alicesAccount() {
  const world = loginWorld({ verifier: "none" });
  const { directory, revocations, sessions, login, withCode, time } = world;
  const logIn = () => login(withCode(alice));
  const { userId, sessionId } = loggedIn(await logIn());
  const deps: OperatorDeps = { ...adminDeps([alice.appId]), directory, revocations, sessions };
  const now = () => time.now;
  return {
    ...world,
    userId,
    deps,
    logIn,
    isIn: async () => !isRefusal(await logIn()),
    /** What the authorizer has said of her session, as a gateway keeps it. */
    async allowed() {
      const found = await authorize(sessionId, world.read, now);
      if (!found) throw new Error("Her session is refused");
      const context = {
        userId,
        ...of,
        sessionHandle: sessionHandle(found.key.secretHash),
        generation: found.session.generation,
        createdAt: "2025-01-15T12:00:00.000Z",
        expiresAt: "2025-01-16T12:00:00.000Z",
      };
      const event = apiEvent({ method: "DELETE", path: "/binding" });
      const requestContext = { ...event.requestContext, authorizer: { lambda: context } };
      const handler = quietShell(sessionHandler({ directory, revocations, sessions, now }));
      return { unbind: () => handler({ ...event, routeKey: "DELETE /binding", requestContext }) };
    },
    disable: () => operatorActions["accounts.disable"]({ account: userId }, deps),
    enable: () => operatorActions["accounts.enable"]({ account: userId }, deps),
    remove: () => operatorActions["bindings.remove"]({ of }, deps),
    removeAll: () => operatorActions["bindings.remove"]({ of: { userId } }, deps),
    enableIdentity: () => operatorActions["bindings.enable"]({ of }, deps),
  };
}

describe("who is disabled stays out", () => {
  test("when a cached allow unbinds: it changes nothing, and the next login makes no new account", async () => {
    const { allowed, disable, logIn, bindings, userId } = await alicesAccount();
    const cached = await allowed();
    await disable();
    expect(await cached.unbind()).toMatchObject({ statusCode: 403 });
    expect(bindings.of(alice)).toMatchObject({ userId, disabled: true });
    expect(refusalOf(await logIn())).toBe("account_disabled");
  });

  test.each(["remove", "removeAll"] as const)(
    "when an operator unbinds (%s), who is told so; until somebody enables the identity",
    async (unbind) => {
      const world = await alicesAccount();
      await world.disable();
      expect(await world[unbind]()).toEqual({ unbound: 1, stillDisabled: [of] });
      expect(refusalOf(await world.logIn())).toBe("account_disabled");
      await world.enable();
      expect(refusalOf(await world.logIn())).toBe("account_disabled");
      expect(await world.enableIdentity()).toEqual({ identity: of });
      const { userId, newBinding } = loggedIn(await world.logIn());
      expect({ newBinding, isSomebodyElse: userId !== world.userId }).toEqual({
        newBinding: true,
        isSomebodyElse: true,
      });
    },
  );
});

describe("bindings.enable", () => {
  test("may be repeated, and ends nothing", async () => {
    const { disable, remove, enableIdentity, bindings, isIn } = await alicesAccount();
    await disable();
    await remove();
    const { generation } = bindings.of(alice) ?? {};
    for (let time = 1; time <= 2; time++) expect(await enableIdentity()).toEqual({ identity: of });
    expect(bindings.of(alice)).toEqual({ disabled: false, generation });
    expect(await isIn()).toBe(true);
  });

  test("does not let anybody in whose account is disabled", async () => {
    const { disable, enableIdentity, isIn } = await alicesAccount();
    await disable();
    expect(await enableIdentity()).toMatchObject({ refused: "identity_bound" });
    expect(await isIn()).toBe(false);
  });

  test("knows no identity that never logged in", async () => {
    const { deps, dynamoDb } = await alicesAccount();
    const stranger = { of: { ...of, openid: "oStranger" } };
    const before = dynamoDb.snapshot();
    expect(await operatorActions["bindings.enable"](stranger, deps)).toMatchObject({
      refused: "no_such_identity",
    });
    expect(dynamoDb.snapshot()).toEqual(before);
  });
});

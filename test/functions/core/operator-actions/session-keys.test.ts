import { describe, expect, test } from "vitest";
import { type Identity, identityKey } from "../../../../functions/core/identity.ts";
import { type Refusal, refused } from "../../../../functions/core/refusal.ts";
import { alice, cafe, emptyTables, noon, shop, storesOver } from "../../../support/fakes.ts";
import { operatorWorld } from "./operator-world.ts";

const actions = ["sessionKey.check", "sessionKey.reset"] as const;
const ofAlice = { of: { openid: alice.openid } };

/** Alice's keys were kept in this order; WeChat answers to `present` of hers, with `answer` where that is given. */
async function keeping(keys: readonly string[], answer?: Refusal) {
  const { sessionKeys } = storesOver(emptyTables());
  for (const key of keys) await sessionKeys.keep(identityKey(alice), key, noon / 1_000 + 60);
  const ask = async <T>({ appId, openid }: Identity, key: string, given: T) => {
    const isPresent = appId === shop && openid === alice.openid && key === "present";
    return answer ?? (isPresent ? given : refused("session_key_stale"));
  };
  const present = {
    check: (identity: Identity, key: string) => ask(identity, key, { valid: true } as const),
    reset: (identity: Identity, key: string) => ask(identity, key, { sessionKey: "another" }),
  };
  const world = operatorWorld({ openData: { sessionKeys, present } });
  return { ...world, kept: () => sessionKeys.find(identityKey(alice)) };
}

test.each([
  [[], "none"],
  [["present"], "valid"],
  [["before", "present"], "valid"],
  [["present", "after"], "valid"],
  [["before", "after"], "stale"],
])("of an identity whose session_keys %j are kept the state is %s", async (keys, state) => {
  const { ask, kept } = await keeping(keys);
  expect(await ask("sessionKey.check", ofAlice)).toEqual({ identity: alice, state });
  expect(await kept()).toEqual(keys.toReversed());
});

test.each([[["present"]], [["before", "present"]], [["present", "after"]]])(
  "WeChat's other key is kept in the place of %j",
  async (keys) => {
    const { ask, kept } = await keeping(keys);
    expect(await ask("sessionKey.reset", ofAlice)).toEqual({ identity: alice });
    expect(await kept()).toEqual(["another"]);
  },
);

test.each([[[]], [["before", "after"]]])("without the present key nothing is reset: %j", async (keys) => {
  const { ask, kept } = await keeping(keys);
  expect(await ask("sessionKey.reset", ofAlice)).toEqual({
    refused: "no_session_key",
    detail: "No session_key of this identity is kept that is the present one at WeChat.",
  });
  expect(await kept()).toEqual(keys.toReversed());
});

describe.each(actions)("%s", (action) => {
  test.each([
    [refused("wechat_timeout"), "wechat_timeout"],
    [refused("wechat_unavailable", { facts: { why: "ECONNRESET" } }), "wechat_unavailable"],
    [refused("quota_exhausted", { facts: { errcode: 45009 } }), "quota_exhausted, errcode 45009"],
  ])("stores nothing where WeChat does not answer: %j", async (answer, why) => {
    const { ask, kept } = await keeping(["before", "present"], answer);
    expect(await ask(action, ofAlice)).toEqual({
      refused: "wechat_unavailable",
      detail: `WeChat did not do it (${why}). Nothing was stored.`,
    });
    expect(await kept()).toEqual(["present", "before"]);
  });

  test("needs a mini-program that is served", async () => {
    const { ask } = await keeping(["present"]);
    expect(await ask(action, { of: { openid: alice.openid, appId: cafe } })).toEqual({
      refused: "invalid_request",
      detail: `appId must be one of ${shop}.`,
    });
  });

  test("is not enabled in a deployment that keeps no session_keys", async () => {
    expect(await operatorWorld().ask(action, ofAlice)).toEqual({
      refused: "not_enabled",
      detail: "This deployment keeps no session_keys: its prop sessionKeys is not set.",
    });
  });
});

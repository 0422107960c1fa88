import { describe, expect, test } from "vitest";
import { type SecretTrialSettings, weChatSecretTrials } from "../../../functions/wechat/secret-trials.ts";
import type { Trouble } from "../../../simulator/trouble.ts";
import { serverForThisTest } from "../../support/server.ts";
import { shop, weChatForThisTest } from "../../support/wechat.ts";

const noon = Date.UTC(2026, 2, 1, 12);

/** A clock that moves 7 ms between two looks at it. */
function clock() {
  let now = 100;
  return () => {
    now += 7;
    return now;
  };
}

async function trials(settings: Partial<SecretTrialSettings> = {}) {
  const simulator = await weChatForThisTest();
  const { ask } = weChatSecretTrials({
    baseUrl: simulator.url,
    now: () => noon,
    clock: clock(),
    deadlineMs: 30_000,
    ...settings,
  });
  return { simulator, ask };
}

async function answered(body: string, headers: Record<string, string> = {}) {
  const baseUrl = await serverForThisTest((_, response) => {
    response.sendDate = false;
    response.writeHead(200, headers).end(body);
  });
  const { ask } = await trials({ baseUrl });
  return ask(shop.appId, shop.secret);
}

const contact = { milliseconds: 7, aheadSeconds: expect.any(Number) };

test("the right secret is accepted, by a made-up code that spends nothing", async () => {
  const { simulator, ask } = await trials();
  expect(await ask(shop.appId, shop.secret)).toEqual({ verdict: "accepted", errcode: 40029, contact });
  expect(simulator.requests).toHaveLength(1);
  expect(simulator.exchanges).toBe(0);
});

test.each<[string, string, string, string, number]>([
  ["a wrong secret", shop.appId, "wrong", "refused", 40125],
  ["an AppId that WeChat does not know", "wx00000000000000ff", shop.secret, "unknown_app", 40013],
  ["no secret, which only asks whether WeChat is there", shop.appId, "", "unknown", 41004],
])("%s", async (_, appId, secret, verdict, errcode) => {
  const { ask } = await trials();
  expect(await ask(appId, secret)).toEqual({ verdict, errcode, contact });
});

test.each<[errcode: number, verdict: string]>([
  [40163, "accepted"],
  [40243, "frozen"],
  [-1, "unknown"],
  [45011, "unknown"],
  [40164, "unknown"],
])("errcode %i: %s", async (errcode, verdict) => {
  const { simulator, ask } = await trials();
  simulator.trouble({ errcode });
  expect(await ask(shop.appId, shop.secret)).toEqual({ verdict, errcode, contact });
});

describe("WeChat is not reached, and nothing is known of the secret", () => {
  test.each<[Trouble, string]>([
    [{ status: 502 }, "HTTP 502"],
    [{ body: "html" }, "not JSON"],
    [{ body: "oversize" }, "over 64 KiB"],
    [{ drop: "before" }, "ECONNRESET"],
  ])("%j", async (trouble, failed) => {
    const { simulator, ask } = await trials();
    simulator.trouble(trouble);
    expect(await ask(shop.appId, shop.secret)).toEqual({ verdict: "unknown", contact: { failed } });
  });

  test("where it takes too long", async () => {
    const { simulator, ask } = await trials({ deadlineMs: 200 });
    simulator.trouble({ latencyMs: 60_000 });
    expect(await ask(shop.appId, shop.secret)).toEqual({
      verdict: "unknown",
      contact: { failed: "no answer within 0.2 s" },
    });
  });

  test.each(["{}", "[]", '"ok"', '{"errcode":"busy"}'])("where something else answers %s", async (body) => {
    expect(await answered(body)).toEqual({
      verdict: "unknown",
      contact: { failed: "an answer that is not WeChat's" },
    });
  });
});

describe("WeChat's time", () => {
  const body = JSON.stringify({ errcode: 40029 });

  test.each([
    ["Sun, 01 Mar 2026 12:00:00 GMT", 0],
    ["Sun, 01 Mar 2026 11:55:00 GMT", 300],
    ["Sun, 01 Mar 2026 12:05:00 GMT", -300],
  ])("at noon, %s says how far this clock is ahead", async (date, aheadSeconds) => {
    expect((await answered(body, { date })).contact).toEqual({ milliseconds: 7, aheadSeconds });
  });

  test.each<Record<string, string>>([{}, { date: "yesterday" }])("%j says nothing", async (headers) => {
    expect((await answered(body, headers)).contact).toEqual({ milliseconds: 7 });
  });
});

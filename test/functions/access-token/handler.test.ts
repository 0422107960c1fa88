import { describe, expect, test } from "vitest";
import { accessTokenHandler } from "../../../functions/access-token/handler.ts";
import type { AccessToken } from "../../../functions/core/access-token-cache.ts";
import { type Facts, type Refusal, refused } from "../../../functions/core/refusal.ts";
import { quietShell } from "../../support/quiet-shell.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const token: AccessToken = { value: "canary-token", expiresAt: noon };

function lender({
  appIds = ["wx1"],
  answer = token as AccessToken | Refusal,
}: {
  appIds?: readonly string[];
  answer?: AccessToken | Refusal;
} = {}) {
  const asked: unknown[] = [];
  const logged: Facts[] = [];
  const tokens = {
    async current(appId: string) {
      asked.push(appId);
      return answer;
    },
    async insteadOf(appId: string, value: string) {
      asked.push([appId, value]);
      return answer;
    },
  };
  return { asked, logged, ask: quietShell(accessTokenHandler({ appIds, tokens }), logged) };
}

const lent = { accessToken: "canary-token", expiresAt: "2026-03-01T12:00:00.000Z" };

test("the token is lent with its end, and its line in the log does not hold it", async () => {
  const { ask, asked, logged } = lender();
  expect(await ask({})).toEqual({ appId: "wx1", ...lent });
  expect(await ask({ appId: "wx1", refused: "canary-old" })).toEqual({ appId: "wx1", ...lent });
  expect(asked).toEqual(["wx1", ["wx1", "canary-old"]]);
  expect(logged).toMatchObject([
    { event: "access_token", appId: "wx1", outcome: "lent" },
    { event: "access_token", appId: "wx1", outcome: "lent", replaced: true },
  ]);
  expect(JSON.stringify(logged)).not.toContain("canary");
});

describe("of several mini-programs", () => {
  const appIds = ["wx1", "wx2"];

  test("the one that is named is asked for", async () => {
    const { ask, asked } = lender({ appIds });
    expect(await ask({ appId: "wx2" })).toEqual({ appId: "wx2", ...lent });
    expect(asked).toEqual(["wx2"]);
  });

  test.each([
    [{}],
    [{ appId: "wx3" }],
    [{ appId: "" }],
    [{ appId: 1 }],
    [{ refused: "" }],
    [{ refused: 1 }],
    [{ appId: "wx1", refused: "x".repeat(4_097) }],
    [undefined],
    [null],
    ["wx1"],
    [["wx1"]],
  ])("a question that names none is told what to ask: %j", async (question) => {
    const { ask, asked, logged } = lender({ appIds });
    expect(await ask(question)).toEqual({
      refused: "invalid_request",
      detail: "Ask with { appId?, refused? }, where appId is one of wx1, wx2.",
    });
    expect(asked).toEqual([]);
    expect(logged).toMatchObject([{ outcome: "invalid_request" }]);
  });
});

test("a refusal says what WeChat said, and who knows what to do", async () => {
  const answer = refused("not_configured", { facts: { errcode: 40164, address: "8.149.1.2", alarm: true } });
  const { ask, logged } = lender({ answer });
  expect(await ask({})).toEqual({
    refused: "not_configured",
    detail:
      "WeChat login is not configured (errcode 40164 for 8.149.1.2): `weapp-login doctor` says what to do.",
  });
  expect(logged).toMatchObject([{ outcome: "not_configured", errcode: 40164, alarm: true }]);
});

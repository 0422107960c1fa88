import { describe, expect, test } from "vitest";
import type { TokenVerdict } from "../../../functions/core/access-token.ts";
import { diagnoseAccessToken } from "../../../functions/core/access-token-administration.ts";
import type { StoredSecret } from "../../../functions/core/app-secret.ts";
import { operatorActions } from "../../../functions/core/operator-actions/actions.ts";
import { type Facts, refused, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { adminDeps } from "../../support/admin-deps.ts";

const given: TokenVerdict = { secret: "accepted", token: "canary", expiresInSeconds: 345 };
const refusedFor = (facts: Facts): TokenVerdict => ({
  secret: "unknown",
  refusal: refused("not_configured", { facts }),
});

function deployment(
  verdict: TokenVerdict,
  stored: StoredSecret | Error = { state: "set", value: "s3cret", proven: true },
) {
  const asked: unknown[] = [];
  const deps = {
    ...adminDeps(["wx1"]),
    appSecrets: {
      async read() {
        if (stored instanceof Error) throw stored;
        return stored;
      },
      set: async () => {},
      setProven: async () => {},
    },
    stableToken: {
      async ask(...question: unknown[]) {
        asked.push(question);
        return verdict;
      },
    },
  };
  return { asked, deps };
}

describe("doctor's look at the access token", () => {
  test.each<[string, TokenVerdict, object]>([
    ["is given", given, { state: "given" }],
    [
      "is refused for the address",
      refusedFor({ errcode: 40164, address: "8.149.1.2", alarm: true }),
      { state: "refused", errcode: 40164, address: "8.149.1.2" },
    ],
    ["is refused otherwise", refusedFor({ errcode: 48001, rid: "r" }), { state: "refused", errcode: 48001 }],
    ["is not answered", refusedFor({ why: "ECONNRESET" }), { state: "refused" }],
  ])("%s, without forcing WeChat", async (_, verdict, state) => {
    const { deps, asked } = deployment(verdict);
    expect(await diagnoseAccessToken("wx1", deps)).toStrictEqual({ appId: "wx1", ...state });
    expect(asked).toEqual([["wx1", "s3cret"]]);
  });

  test.each<[string, StoredSecret | Error]>([
    ["the placeholder", { state: "placeholder" }],
    ["missing", { state: "missing" }],
    ["unreadable", new StoreUnavailable("Secrets Manager", new Error())],
  ])("asks nobody where the AppSecret is %s", async (_, stored) => {
    const { deps, asked } = deployment(given, stored);
    expect(await diagnoseAccessToken("wx1", deps)).toEqual({ appId: "wx1", state: "no secret" });
    expect(asked).toEqual([]);
  });

  test("is not guessed at after a bug", async () => {
    const { deps } = deployment(given, new TypeError("a bug"));
    await expect(diagnoseAccessToken("wx1", deps)).rejects.toThrow("a bug");
  });
});

describe("token.refresh", () => {
  const refresh = operatorActions["token.refresh"];

  test("forces WeChat, and says until when the new token is good, but not the token", async () => {
    const { deps, asked } = deployment(given);
    expect(await refresh({}, deps)).toEqual({ appId: "wx1", expiresAt: "2025-01-15T12:05:45.000Z" });
    expect(asked).toEqual([["wx1", "s3cret", true]]);
  });

  test.each<[Facts, RegExp]>([
    [{ errcode: 45011 }, /every 30 s at most: wait/],
    [{ errcode: 45009 }, /20 times today/],
    [{ errcode: 40164, address: "8.149.1.2" }, /to 8\.149\.1\.2: it is not on the IP list of wx1/],
    [{ errcode: 40164 }, /to this address: it is not on the IP list of wx1/],
    [{ errcode: 40125 }, /refuses it for wx1 \(errcode 40125\)/],
    [{ why: "ECONNRESET" }, /could not be reached/],
  ])("says why WeChat does not: %j", async (facts, detail) => {
    const { deps } = deployment(refusedFor(facts));
    expect(await refresh({}, deps)).toEqual({
      refused: "token_not_refreshed",
      detail: expect.stringMatching(detail),
    });
  });

  test("says that it may have been done where WeChat did not answer in time", async () => {
    const { deps } = deployment({ secret: "unknown", refusal: refused("wechat_timeout") });
    expect(await refresh({}, deps)).toMatchObject({ detail: expect.stringContaining("is not known") });
  });

  test("asks nobody without an AppSecret, or for another mini-program", async () => {
    const { deps, asked } = deployment(given, { state: "placeholder" });
    expect(await refresh({}, deps)).toEqual({
      refused: "token_not_refreshed",
      detail: "There is no AppSecret of wx1 to ask with.",
    });
    expect(await refresh({ appId: "wx2" }, deps)).toMatchObject({ refused: "invalid_request" });
    expect(asked).toEqual([]);
  });
});

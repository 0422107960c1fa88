import { describe, expect, test } from "vitest";
import { passwordQuestion } from "../../../contract/account-verifier.ts";
import type { AccountVerifier } from "../../../functions/core/account-verifier.ts";
import { type Facts, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { verifierHandler } from "../../../functions/verifier/handler.ts";
import { shop, zhangsan } from "../../support/fakes.ts";
import { quietShell } from "../../support/quiet-shell.ts";

type Verify = AccountVerifier["verify"];

function verifying(verify: Verify = async () => ({ userId: "user-1" })) {
  const logged: Facts[] = [];
  const asked: Parameters<Verify>[0][] = [];
  const handler = quietShell(
    verifierHandler(
      {
        verify: (credentials) => {
          asked.push(credentials);
          return verify(credentials);
        },
      },
      passwordQuestion,
    ),
    logged,
  );
  return { asked, handler, logged };
}

const question = { ...zhangsan, appId: shop };

describe("the verifier", () => {
  test("is asked with username, password and AppId as they came, and nothing else", async () => {
    const { handler, asked } = verifying();
    const typed = { username: " ZhangSan ", password: " pwd123456 ", appId: shop };
    await handler({ ...typed, openid: "oAlice", userId: "user-2", refused: null });
    expect(asked).toStrictEqual([typed]);
  });

  test.each<[Awaited<ReturnType<Verify>>]>([
    [{ userId: "user-1" }],
    [{ refused: "invalid_credentials" }],
    [{ refused: "account_disabled" }],
  ])("answers %j just so", async (verdict) => {
    expect(await verifying(async () => verdict).handler(question)).toStrictEqual(verdict);
  });
});

describe("what is not a question is thrown, and the verifier is not asked", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a string", JSON.stringify(question)],
    ["an array", [question]],
    ["an event of a gateway", { body: JSON.stringify(question) }],
    ...Object.keys(question).flatMap((name): [string, unknown][] => [
      [`no ${name}`, { ...question, [name]: undefined }],
      [`null for ${name}`, { ...question, [name]: null }],
      [`a number for ${name}`, { ...question, [name]: 42 }],
      [`an array for ${name}`, { ...question, [name]: ["a"] }],
    ]),
  ])("%s", async (_what, event) => {
    const { handler, asked } = verifying();
    const error: unknown = await handler(event).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain("pwd123456");
    expect(asked).toEqual([]);
  });
});

test("a store that does not answer is thrown, and is never a refusal", async () => {
  const outage = new StoreUnavailable("DynamoDB", new Error("throttled"));
  const { handler } = verifying(() => Promise.reject(outage));
  await expect(handler(question)).rejects.toBe(outage);
});

test.each<[Awaited<ReturnType<Verify>> | Error, Facts]>([
  [{ userId: "user-1" }, { outcome: "verified" }],
  [{ refused: "invalid_credentials" }, { outcome: "invalid_credentials" }],
  [{ refused: "account_disabled" }, { outcome: "account_disabled" }],
  [
    new StoreUnavailable("DynamoDB", "late"),
    { outcome: "failed", why: "DynamoDB did not answer", error: "late" },
  ],
])("leaves one line, without what was typed: %j", async (verdict, facts) => {
  const { handler, logged } = verifying(async () => {
    if (verdict instanceof Error) throw verdict;
    return verdict;
  });
  await handler(question).catch(() => {});
  expect(logged).toEqual([{ event: "verify", ...facts }]);
});

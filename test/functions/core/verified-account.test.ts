import { describe, expect, test } from "vitest";
import type { Verification } from "../../../contract/account-verifier.ts";
import { verifiedAccount } from "../../../functions/core/verified-account.ts";

/** What comes of it where the verifier answers these, and the account's fence is 7. */
async function verified(answers: readonly Verification[], isBound: boolean, isOwners: boolean | undefined) {
  const [first, ...others] = answers;
  const asked: string[] = [];
  const askAgain = async () => {
    asked.push("verifier");
    return others.shift() ?? expect.fail("It was asked once too often.");
  };
  const fenceOf = async (userId: string) => {
    asked.push(`fence of ${userId}`);
    return 7;
  };
  const account = await verifiedAccount(
    first ?? { userId: "u" },
    askAgain,
    { isBound, isOwners },
    { fenceOf },
  );
  return { account, asked };
}

describe("what a verifier has said is good for", () => {
  test.each<[string, Verification, boolean, boolean | undefined, number]>([
    ["whoever is bound", { userId: "u" }, true, true, 0],
    ["whoever is bound, by a generation", { userId: "u", generation: 3 }, true, true, 3],
    ["a bind, by a generation of ours", { userId: "u", generation: 3 }, false, false, 3],
    ["a bind, by a generation of ours, as it comes", { userId: "u", generation: 3 }, false, undefined, 3],
  ])("%s", async (_, answer, isBound, isOwners, generation) => {
    const { account, asked } = await verified([answer], isBound, isOwners);
    expect(account).toStrictEqual({ userId: "u", fence: { generation } });
    expect(asked).toEqual([]);
  });

  test.each<[string, Verification, object]>([
    ["of the owner's that says generations", { userId: "u", generation: 3 }, { fence: 7, generation: 3 }],
    ["of the owner's that says none", { userId: "u" }, { fence: 7 }],
  ])("a bind only where one %s says the same after the fence was read", async (_, answer, fence) => {
    const { account, asked } = await verified([answer, answer], false, true);
    expect(account).toStrictEqual({ userId: "u", fence });
    expect(asked).toEqual(["fence of u", "verifier"]);
  });

  test.each<[string, Verification, string]>([
    ["another account", { userId: "v" }, "access_changed"],
    ["that it is disabled", { refused: "account_disabled" }, "account_disabled"],
  ])("no bind where it says %s then", async (_, second, refused) => {
    expect((await verified([{ userId: "u" }, second], false, true)).account).toStrictEqual({ refused });
  });

  test("nothing where it refuses", async () => {
    const { account, asked } = await verified([{ refused: "invalid_credentials" }], false, true);
    expect(account).toStrictEqual({ refused: "invalid_credentials" });
    expect(asked).toEqual([]);
  });
});

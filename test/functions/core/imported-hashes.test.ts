import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { accountVerifier } from "../../../functions/core/account.ts";
import { importAccounts } from "../../../functions/core/account-administration.ts";
import { decoyParameters } from "../../../functions/core/imported-hashes.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { fakeHasher, hashOf, loginWorld, shop, tables } from "../../support/fakes.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";

const password = "a good password";
const slow = `slow hash of <${password}>`;
const quick = `quick hash of <${password}>`;
const names = Array.from({ length: 200 }, (_, number) => `nobody ${number}`);

/** A deployment that has imported these hashes, of `imported 1`, `imported 2`, … */
async function imported(...passwordHashes: readonly string[]) {
  const { accounts, directory, revocations, journal, dynamoDb } = loginWorld();
  const hasher = fakeHasher();
  const hashes = { ...hasher, isHash: () => true };
  const deps = { accounts, directory, revocations, hashes, random: seededRandom("an import") };
  const rows = passwordHashes.map((passwordHash, index) => ({
    username: `imported ${index + 1}`,
    userId: `u_${index + 1}`,
    passwordHash,
  }));
  const bring = () => importAccounts(rows, deps);
  await bring();
  const { verify } = accountVerifier(accounts, hasher);
  return {
    accounts,
    journal,
    dynamoDb,
    bring,
    verify: (username: string, typed = password) => verify({ username, password: typed, appId: shop }),
    /** What checking each of these names costs. */
    async workOf(usernames: readonly string[]) {
      hasher.checked.length = 0;
      for (const username of usernames) await verify({ username, password: "a guess", appId: shop });
      return hasher.checked.map(hasher.parametersOf);
    },
    inUse: async () => (await accounts.importedHashes())?.parameters,
  };
}

describe("an unknown name", () => {
  test("costs what some known name costs: all parameters that are in use occur, and no others", async () => {
    const { workOf } = await imported(slow, quick, hashOf(password));
    const work = await workOf(names);
    expect(work).toHaveLength(names.length);
    for (const parameters of ["hash", "slow hash", "quick hash"]) {
      expect(work.filter((one) => one === parameters).length).toBeGreaterThan(names.length / 6);
    }
    expect(new Set(work).size).toBe(3);
  });

  test("costs the same each time, however it is typed", async () => {
    const { workOf } = await imported(slow, quick);
    const work = await workOf(names);
    expect(await workOf(names)).toEqual(work);
    expect(await workOf(names.map((name) => ` ${name.toUpperCase()} `))).toEqual(work);
  });

  test("costs what nobody can compute who does not know the deployment's secret", () => {
    const parameters = ["slow hash"];
    const chosen = [1, 2].map((filler) =>
      names.map((name) => decoyParameters(name, "hash", { secret: Buffer.alloc(32, filler), parameters })),
    );
    expect(chosen[0]).not.toEqual(chosen[1]);
  });

  test("costs the same in every version of this program, which may run side by side", () => {
    const parameters = ["quick hash", "slow hash"];
    const imported = { secret: Buffer.alloc(32, 1), parameters };
    const work = names.map((name) => decoyParameters(name, "hash", imported)).join();
    expect(createHash("sha256").update(work).digest("hex")).toBe(
      "8e3c165cf3d56723d48002fdae568fab4b095172167f84b2696ecc94d4a8b26f",
    );
  });

  test("costs today's work where nothing was imported, or nothing foreign", async () => {
    for (const hashes of [[], [hashOf(password)]]) {
      const { workOf, inUse } = await imported(...hashes);
      expect(new Set(await workOf(names))).toEqual(new Set(["hash"]));
      expect(await inUse()).toBeUndefined();
    }
  });

  test("keeps its work when other parameters fall out of use", async () => {
    const { workOf, verify } = await imported(slow, quick);
    const before = await workOf(names);
    await verify("imported 2");
    const after = await workOf(names);
    expect(new Set(after)).toEqual(new Set(["hash", "slow hash"]));
    for (const [index, work] of before.entries()) {
      if (work !== "quick hash") expect(after[index]).toBe(work);
    }
  });
});

describe("a right password", () => {
  test("replaces an imported hash by one of today's parameters, and raises nothing", async () => {
    const { verify, accounts, inUse } = await imported(slow);
    const before = await accounts.find("imported 1");
    expect(before?.passwordHash).toBe(slow);
    expect(await verify("imported 1")).toEqual({ userId: "u_1", generation: before?.generation });
    expect(await accounts.find("imported 1")).toEqual({ ...before, passwordHash: hashOf(password) });
    expect(await inUse()).toEqual([]);
    expect(await verify("imported 1")).toEqual({ userId: "u_1", generation: before?.generation });
  });

  test("is what it takes: a wrong one replaces nothing, nor does one of a disabled account", async () => {
    const { verify, accounts } = await imported(slow);
    await verify("imported 1", "a guess");
    const account = await accounts.find("imported 1");
    if (account) await accounts.change(account, { disabled: true });
    await verify("imported 1");
    expect((await accounts.find("imported 1"))?.passwordHash).toBe(slow);
  });

  test("never brings back a password that was changed meanwhile", async () => {
    const { verify, accounts, journal, inUse } = await imported(slow);
    journal.meanwhile("accounts.replaceHash", async () => {
      const account = await accounts.find("imported 1");
      if (account) await accounts.change(account, { passwordHash: "hash of <another>" });
    });
    await verify("imported 1");
    expect((await accounts.find("imported 1"))?.passwordHash).toBe("hash of <another>");
    expect(await inUse()).toEqual(["slow hash"]);
  });

  test("is right also where the hash cannot be replaced just now", async () => {
    const { verify, journal } = await imported(slow);
    journal.breaks("accounts.replaceHash", new StoreUnavailable("DynamoDB", new Error("throttled")));
    expect(await verify("imported 1")).toMatchObject({ userId: "u_1" });
  });
});

test("a bug is no outage: a login in which the hash cannot be replaced for another reason fails", async () => {
  const { verify, journal } = await imported(slow);
  journal.breaks("accounts.replaceHash", new TypeError("a bug"));
  await expect(verify("imported 1")).rejects.toThrow("a bug");
});

test("an import that is repeated, or that meets accounts, counts nobody twice and keeps the secret", async () => {
  const { bring, verify, inUse, dynamoDb } = await imported(slow, slow);
  const secret = () => dynamoDb.get(tables.accounts, { key: "imported" })?.secret;
  const before = secret();
  await bring();
  for (const name of ["imported 1", "imported 2"]) await verify(name);
  expect(await inUse()).toEqual([]);
  expect(secret()).toEqual(before);
});

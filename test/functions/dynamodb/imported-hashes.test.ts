import { expect, test } from "vitest";
import { storesForThisTest } from "../../support/stores.ts";

const secret = Buffer.alloc(32, 1);
const [cheap, dear] = ["m=1024,t=1,p=1", "m=2048,t=1,p=1"] as const;

test("what imports brought is counted by its parameters, under the first secret", async () => {
  const { accounts: it, items, calls } = await storesForThisTest();
  expect(await it.importedHashes()).toBeUndefined();
  await it.countImported(cheap, 2, secret);
  await it.countImported(dear, 1, Buffer.alloc(32, 2));
  await it.countImported(cheap, 3, secret);
  expect(await items("ACCOUNTS_TABLE")).toEqual([
    {
      key: { S: "imported" },
      secret: { B: secret.toString("base64") },
      [`hashes:${cheap}`]: { N: "5" },
      [`hashes:${dear}`]: { N: "1" },
    },
  ]);
  const asked = calls.length;
  const imported = await it.importedHashes();
  expect(calls.slice(asked)).toMatchObject([{ input: { ConsistentRead: true } }]);
  expect(imported && Buffer.from(imported.secret)).toEqual(secret);
  expect(imported?.parameters.toSorted()).toEqual([cheap, dear]);
});

test("the last one that a login replaces takes its parameters along", async () => {
  const { accounts: it } = await storesForThisTest();
  const account = { username: "zhangsan", userId: "u1", passwordHash: "an imported hash" };
  await it.add(account);
  await it.countImported(dear, 1, secret);
  const found = await it.find("zhangsan");
  if (!found) throw new Error("There is no such account.");
  await it.replaceHash({ ...found, generation: 1 }, dear, "came too late");
  expect((await it.importedHashes())?.parameters).toEqual([dear]);
  await it.replaceHash(found, dear, "a hash");
  expect((await it.importedHashes())?.parameters).toEqual([]);
  expect(await it.find("zhangsan")).toEqual({ ...found, passwordHash: "a hash" });
});

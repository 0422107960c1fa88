import { expect, test } from "vitest";
import type { NumberedUsers } from "../../../../functions/core/account.ts";
import { StoreUnavailable } from "../../../../functions/core/refusal.ts";
import { emptyTables, storesOver, tables } from "../../../support/fakes.ts";
import { operatorWorld } from "./operator-world.ts";

const phoneNumber = "+8613800138000";

/** Where a number makes an account. */
function numbersAlone(numberedUsers: NumberedUsers) {
  const world = operatorWorld({ accounts: undefined, numberedUsers });
  world.bindings.putAccount("u_1", { fence: 3 });
  return { ...world, fence: () => world.bindings.accountItem("u_1")?.fence };
}

test("a removal that was cut short before the account was fenced is completed by the next", async () => {
  const dynamoDb = emptyTables();
  const { numberedUsers } = storesOver(dynamoDb);
  await numberedUsers.findOrAdd(phoneNumber, "u_1");
  const cutShort = numbersAlone({
    ...numberedUsers,
    async remove(userId) {
      await numberedUsers.remove(userId);
      throw new StoreUnavailable("DynamoDB", "killed");
    },
  });
  await expect(cutShort.ask("accounts.removePhone", { account: "u_1" })).rejects.toThrow(StoreUnavailable);
  expect(cutShort.fence()).toBe(3);
  const again = numbersAlone(numberedUsers);
  expect(await again.ask("accounts.removePhone", { account: "u_1" })).toMatchObject({
    refused: "no_such_number",
  });
  expect(again.fence()).toBe(4);
});

test("a removal that comes late takes nobody's number who has it by then", async () => {
  const meanwhile: (() => Promise<unknown>)[] = [];
  const dynamoDb = emptyTables(async (call) => {
    if (call.operation === "TransactWriteItems") await meanwhile.pop()?.();
  });
  const { numberedUsers } = storesOver(dynamoDb);
  await numberedUsers.findOrAdd(phoneNumber, "u_1");
  meanwhile.push(async () => {
    await numberedUsers.remove("u_1");
    await numberedUsers.findOrAdd(phoneNumber, "u_2");
  });
  await numberedUsers.remove("u_1");
  expect(await numberedUsers.find(phoneNumber)).toBe("u_2");
  expect(dynamoDb.items(tables.accounts)).toHaveLength(2);
});

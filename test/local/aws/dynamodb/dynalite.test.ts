import { expect, onTestFinished, test, vi } from "vitest";
import { check, getTable, openStore, run } from "../../../../local/aws/dynamodb/dynalite.ts";

test("a query leaves nothing open behind it", async () => {
  const store = await openStore(undefined, "us-east-1", "000000000000");
  onTestFinished(() => store.db.close());
  const { values } = store.db;
  let [opened, closed] = [0, 0];
  store.db.values = (range) => {
    const iterator = values(range);
    const close = iterator.close.bind(iterator);
    opened++;
    iterator.close = () => {
      closed++;
      return close();
    };
    return iterator;
  };
  const ask = (action: Parameters<typeof run>[1], request: object) =>
    run(store, action, check(store, action, request));
  await ask("createTable", {
    TableName: "Table",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  await vi.waitFor(() => getTable(store, "Table"));
  await ask("putItem", { TableName: "Table", Item: { id: { S: "one" } } });
  const query = {
    TableName: "Table",
    KeyConditionExpression: "id = :id",
    ExpressionAttributeValues: { ":id": { S: "one" } },
  };
  expect(await ask("query", query)).toMatchObject({ Count: 1 });
  expect(await ask("scan", { TableName: "Table" })).toMatchObject({ Count: 1 });
  expect(opened).toBeGreaterThan(0);
  await vi.waitFor(() => expect(closed).toBe(opened));
});

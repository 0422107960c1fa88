import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { onTestFinished } from "vitest";
import type { BatchGetItem, Item, RequestItems } from "../../../functions/authorizer/batch-get-item.ts";

/** What the authorizer is held against: the SDK's own client, with nothing but its documented settings. */
export function sdkBatchGetItem(): BatchGetItem {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
  onTestFinished(() => client.destroy());
  return async (items, abortSignal) => {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: withBytes(items) }),
      { abortSignal },
    );
    return { ...(Responses && { Responses }), ...(UnprocessedKeys && { UnprocessedKeys }) };
  };
}

/** The SDK takes bytes where DynamoDB's JSON has base64. */
function withBytes(items: RequestItems) {
  const bytes = (key: Item) =>
    Object.entries(key).map(([name, value]) => [name, { B: Buffer.from(String(value?.B), "base64") }]);
  const entries = Object.entries(items).map(([table, { Keys, ConsistentRead }]) => [
    table,
    { Keys: Keys.map((key) => Object.fromEntries(bytes(key))), ConsistentRead },
  ]);
  return Object.fromEntries(entries);
}

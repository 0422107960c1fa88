import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { BatchGetItem, Item, RequestItems } from "../../functions/authorizer/batch-get-item.ts";

/**
 * What the authorizer's own request is held against, by the tests and by the bench: the SDK's client with what its
 * documentation offers to make it quick and to bound it.
 */
export function batchGetItem(): BatchGetItem {
  const client = new DynamoDBClient({
    cacheMiddleware: true,
    accountIdEndpointMode: "disabled",
    retryMode: "standard",
    maxAttempts: 3,
    requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
  return async (items, abortSignal) => {
    const command = new BatchGetItemCommand({ RequestItems: withBytes(items) });
    const { Responses, UnprocessedKeys } = await client.send(command, { abortSignal });
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

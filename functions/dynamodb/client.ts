import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { jsonService } from "../adapters/aws/json-protocol.ts";
import { leanly } from "../adapters/aws/lean-client.ts";

const dynamoDb = jsonService({
  host: "dynamodb",
  id: "DYNAMODB",
  target: "DynamoDB_20120810",
  version: "1.0",
});

/**
 * `cacheMiddleware` puts the SDK's middlewares together once and not for every call: 0.06 of what the authorizer's read
 * costs with everything at its default. Not for the document client, which cannot.
 *
 * DynamoDB answers in single-digit milliseconds: whatever takes a second is better asked again, or given up.
 */
export function dynamoDbClient(options: Pick<DynamoDBClientConfig, "cacheMiddleware"> = {}): DynamoDBClient {
  const { settings, thin } = leanly(dynamoDb, { connection: 500, request: 1_000 });
  const client = new DynamoDBClient({ ...settings, ...options, maxAttempts: 3 });
  thin(client);
  return client;
}

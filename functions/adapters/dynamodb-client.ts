import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** DynamoDB answers in single-digit milliseconds: whatever takes a second is better asked again, or given up. */
export function dynamoDbClient(): DynamoDBClient {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        // A single write that meets a transaction did nothing; the SDK repeats only what is marked like this.
        if (error instanceof Error && error.name === "TransactionConflictException") {
          Object.assign(error, { $retryable: {} });
        }
        throw error;
      }
    },
    { step: "finalizeRequest", priority: "low", name: "repeatTransactionConflicts" },
  );
  return client;
}

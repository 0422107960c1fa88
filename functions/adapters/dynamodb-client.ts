import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** DynamoDB answers in single-digit milliseconds: whatever takes a second is better asked again, or given up. */
export function dynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
}

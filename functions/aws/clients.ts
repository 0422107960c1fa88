import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/*
 * The SDK's clients as its documentation shows them. Region, credentials and endpoints are what the environment says; the
 * settings here say how long a try may take, because without them it may take for ever.
 * https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/CLIENTS.md
 */

/** DynamoDB answers in single-digit milliseconds: whatever takes a second is better asked again, or given up. */
export function dynamoDbClient(): DynamoDBClient {
  // Nothing in Lambda's environment names the account: its own endpoint need not be looked for at every call.
  return new DynamoDBClient({ ...tries(3, 1_000), accountIdEndpointMode: "disabled" });
}

/**
 * Two tries of a second each: even a secret that has to be asked for before and after WeChat's three seconds leaves the
 * worst login under eight.
 */
export function secretsManagerClient(): SecretsManagerClient {
  return new SecretsManagerClient(tries(2, 1_000));
}

/** For the account verifier: one that takes four seconds has failed. */
export function lambdaClient(): LambdaClient {
  return new LambdaClient(tries(2, 4_000));
}

/**
 * A try ends after so many milliseconds without a response, or without another byte of it. A response that goes on
 * dripping is ended by the `abortSignal` that each call has from its invocation.
 */
function tries(maxAttempts: number, milliseconds: number) {
  return {
    maxAttempts,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: 500,
      requestTimeout: milliseconds,
      throwOnRequestTimeout: true,
      socketTimeout: milliseconds,
    },
  } as const;
}

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/* What stands in for functions/aws/clients.ts in the usual login: every setting at its default. */
export const dynamoDbClient = () => new DynamoDBClient({});
export const secretsManagerClient = () => new SecretsManagerClient({});
export const lambdaClient = () => new LambdaClient({});

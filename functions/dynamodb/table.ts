import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { dynamoDbClient } from "../aws/clients.ts";
import { StoreUnavailable } from "../core/refusal.ts";

/** A table as one invocation sees it: every call ends when the invocation's deadline does. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  readonly deadline: AbortSignal;
}

/** `client`: what it sends through, where that is used for more than items. */
export function documentClient(client = dynamoDbClient()): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Reads an item that is not there, for the connection and the code on the way: half a read unit. */
export async function readNothing(
  { client, name, deadline }: Table,
  Key: Record<string, unknown>,
): Promise<void> {
  await client.send(new GetCommand({ TableName: name, Key }), { abortSignal: deadline });
}

/** Throws StoreUnavailable for every failure, so that none can be taken for "not found". */
export async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new StoreUnavailable("DynamoDB", error);
  }
}

/** Like `answered`, for a write under a condition: undefined says that the condition did not hold. */
export async function ifConditionHolds<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return undefined;
    throw new StoreUnavailable("DynamoDB", error);
  }
}

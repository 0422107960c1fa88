import { setTimeout } from "node:timers/promises";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { dynamoDbClient } from "../aws/clients.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { outside } from "../runtime/invocation.ts";

/** Waits before the n-th repetition of a write that met a transaction. Rejects once `deadline` is over. */
export type Pause = (repetition: number, deadline: AbortSignal) => Promise<void>;

export interface Table {
  readonly client: Pick<DynamoDBDocumentClient, "send">;
  readonly name: string;
  readonly pause: Pause;
}

export function documentClient(client = dynamoDbClient()): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

const longestPauseMs = 400;

/** Milliseconds. Full jitter: writes that met once should not meet again. `random`: from 0 to below 1. */
export function jittered(repetition: number, random: number): number {
  return random * Math.min(longestPauseMs, 20 * 2 ** repetition);
}

async function jitteredPause(repetition: number, signal: AbortSignal): Promise<void> {
  await setTimeout(jittered(repetition, Math.random()), undefined, { signal });
}

/** Tables by their names, as the functions work with them: over one client. */
export function tablesOf(client = documentClient()): (name: string) => Table {
  return (name) => ({ client, name, pause: jitteredPause });
}

/** An item, strongly consistent. `what` is being read, for the log. */
export async function readItem(
  { client, name }: Table,
  Key: Record<string, unknown>,
  what: string,
): Promise<Record<string, unknown> | undefined> {
  const command = new GetCommand({ TableName: name, Key, ConsistentRead: true });
  return (await answered(what, (abortSignal) => client.send(command, { abortSignal }))).Item;
}

/** Reads an item that is not there, for the connection and the code on the way: half a read unit. */
export async function readNothing({ client, name }: Table, Key: Record<string, unknown>): Promise<void> {
  await outside("warmUp", (abortSignal) =>
    client.send(new GetCommand({ TableName: name, Key }), { abortSignal }),
  );
}

/** Throws StoreUnavailable for every failure, so that none can be taken for "not found". */
export async function answered<T>(what: string, call: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await outside(what, call);
  } catch (error) {
    throw new StoreUnavailable("DynamoDB", error);
  }
}

/**
 * A single write: undefined says that its condition did not hold. One that meets a transaction has done nothing, and is
 * sent again until the deadline: the SDK gives up at once.
 */
export async function write<T>(
  what: string,
  { pause }: Pick<Table, "pause">,
  send: (deadline: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  return answered(what, async (deadline) => {
    for (let repetition = 1; ; repetition++) {
      try {
        return await send(deadline);
      } catch (error) {
        const name = error instanceof Error ? error.name : "";
        if (name === "ConditionalCheckFailedException") return undefined;
        if (name !== "TransactionConflictException") throw error;
        await pause(repetition, deadline);
      }
    }
  });
}

import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { StoreUnavailable } from "../core/refusal.ts";
import type { Table } from "./table.ts";

const attempts = 4;

export type TransactionParts = NonNullable<TransactWriteCommandInput["TransactItems"]>;

/** Waits before the n-th repetition of a transaction that met another one. */
export type Pause = (repetition: number) => Promise<void>;

/** Full jitter: transactions that met once should not meet again. */
export function jitteredPause(repetition: number): Promise<void> {
  return setTimeout(Math.random() * 50 * 2 ** repetition);
}

/** Why one part of a transaction did not hold; parts that were fine have the code `None`. */
export interface CancellationReason {
  readonly Code?: string;
  /** The item as it is, where the part asked for it. In DynamoDB's own notation: the document client leaves it so. */
  readonly Item?: Readonly<Record<string, { S?: string; BOOL?: boolean; N?: string } | undefined>>;
}

/**
 * Commits a transaction: undefined, or why its conditions did not hold, in the order of its parts. A meeting with
 * another transaction is repeated (the SDK does not); everything else is thrown as StoreUnavailable.
 */
export async function transact(
  { client, deadline }: Pick<Table, "client" | "deadline">,
  parts: TransactionParts,
  pause: Pause,
): Promise<readonly CancellationReason[] | undefined> {
  for (let repetition = 1; ; repetition++) {
    try {
      // By its token DynamoDB knows a transaction that is sent again after its answer was lost.
      const command = new TransactWriteCommand({ TransactItems: parts, ClientRequestToken: randomUUID() });
      await client.send(command, { abortSignal: deadline });
      return undefined;
    } catch (error) {
      const reasons = cancellationReasons(error);
      const met = reasons.some(({ Code }) => Code === "TransactionConflict");
      if (!met && reasons.some(({ Code }) => Code === "ConditionalCheckFailed")) return reasons;
      if (!met || repetition === attempts) throw new StoreUnavailable("DynamoDB", error);
    }
    await pause(repetition);
  }
}

function cancellationReasons(error: unknown): readonly CancellationReason[] {
  const isCancelled = error instanceof Error && error.name === "TransactionCanceledException";
  return isCancelled && "CancellationReasons" in error
    ? (error.CancellationReasons as CancellationReason[])
    : [];
}

import { randomUUID } from "node:crypto";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { answered, type Table } from "./table.ts";

export type TransactionPart = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** Why one part of a transaction did not hold; parts that were fine have the code `None`. */
export interface CancellationReason {
  readonly Code?: string;
  /** The item as it is, where the part asked for it. In DynamoDB's own notation: the document client leaves it so. */
  readonly Item?: Readonly<Record<string, { S?: string; BOOL?: boolean; N?: string } | undefined>>;
}

/**
 * What the same bytes may be sent again for, because nothing was written: another transaction or write on one of the
 * items, throttling, and the first sending of these bytes still being at work.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
const passing: ReadonlySet<string | undefined> = new Set([
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
  "RequestLimitExceeded",
  "TransactionInProgressException",
]);

/**
 * Commits a transaction: undefined, or why its conditions did not hold, in the order of its parts. What passes is waited
 * out until the deadline (the SDK does not); all else is thrown as StoreUnavailable. The token belongs to these very
 * bytes: by it DynamoDB knows a transaction whose answer was lost, and answers it again.
 */
export async function transact(
  what: string,
  { client, pause }: Pick<Table, "client" | "pause">,
  parts: readonly TransactionPart[],
): Promise<readonly CancellationReason[] | undefined> {
  const command = new TransactWriteCommand({ TransactItems: [...parts], ClientRequestToken: randomUUID() });
  return answered(what, async (deadline) => {
    for (let repetition = 1; ; repetition++) {
      try {
        await client.send(command, { abortSignal: deadline });
        return undefined;
      } catch (error) {
        const reasons = cancellationReasons(error);
        const codes = [...reasons.map(({ Code }) => Code), error instanceof Error ? error.name : undefined];
        if (codes.some((code) => passing.has(code))) await pause(repetition, deadline);
        else if (codes.includes("ConditionalCheckFailed")) return reasons;
        else throw error;
      }
    }
  });
}

/** Whether this part's condition did not hold. */
export function failed(reason: CancellationReason | undefined): boolean {
  return reason?.Code === "ConditionalCheckFailed";
}

/** The item as it was when this part's condition did not hold; empty where there was none. */
export function itemOf(reason: CancellationReason | undefined): NonNullable<CancellationReason["Item"]> {
  return reason?.Item ?? {};
}

function cancellationReasons(error: unknown): readonly CancellationReason[] {
  return error instanceof Error && "CancellationReasons" in error
    ? (error.CancellationReasons as CancellationReason[])
    : [];
}

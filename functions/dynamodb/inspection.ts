import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DescribeTableCommandOutput,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import type { Setting, TableState } from "../../contract/diagnosis.ts";
import type { TableInspection } from "../core/diagnosis.ts";
import { outside } from "../runtime/invocation.ts";

/** `rebuildable`: what is lost comes back by itself, and expires; the others are backed up instead. */
export interface InspectedTable extends Pick<TableState, "table" | "name"> {
  readonly rebuildable: boolean;
}

const notNeeded = "not needed" as const;
/** The attribute after which items may be deleted. */
const timeToLiveAttribute = "expiresAt";

/** Describes tables, and reads no item of them. */
export function dynamoDbInspection(
  client: Pick<DynamoDBClient, "send">,
  tables: readonly InspectedTable[],
): TableInspection {
  async function inspect(
    { table, name, rebuildable }: InspectedTable,
    abortSignal: AbortSignal,
  ): Promise<TableState> {
    const TableName = name;
    const options = { abortSignal };
    const [description, timeToLive, pointInTimeRecovery] = await Promise.all([
      settled(client.send(new DescribeTableCommand({ TableName }), options)),
      rebuildable ? settled(client.send(new DescribeTimeToLiveCommand({ TableName }), options)) : notNeeded,
      rebuildable
        ? notNeeded
        : settled(client.send(new DescribeContinuousBackupsCommand({ TableName }), options)),
    ]);
    const settings = {
      timeToLive: setting(timeToLive, ({ TimeToLiveDescription: found }) => {
        const isOn = found?.TimeToLiveStatus === "ENABLED" || found?.TimeToLiveStatus === "ENABLING";
        return isOn && found.AttributeName === timeToLiveAttribute;
      }),
      pointInTimeRecovery: setting(pointInTimeRecovery, ({ ContinuousBackupsDescription: found }) => {
        return found?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === "ENABLED";
      }),
      deletionProtection: setting(
        rebuildable ? notNeeded : description,
        ({ Table: found }) => found?.DeletionProtectionEnabled === true,
      ),
    };
    return { table, name, ...presence(description), ...settings };
  }

  return {
    inspect: () =>
      outside("tables", (deadline) => Promise.all(tables.map((table) => inspect(table, deadline)))),
  };
}

type Settled<T> = { readonly answer: T } | { readonly error: string };

/** The error by its name only. */
async function settled<T>(call: Promise<T>): Promise<Settled<T>> {
  try {
    return { answer: await call };
  } catch (error) {
    return { error: error instanceof Error ? error.name : String(error) };
  }
}

function setting<T>(found: Settled<T> | typeof notNeeded, isOn: (answer: T) => boolean): Setting {
  if (found === notNeeded) return found;
  if ("error" in found) return "unknown";
  return isOn(found.answer) ? "on" : "off";
}

function presence(description: Settled<DescribeTableCommandOutput>): Pick<TableState, "state" | "why"> {
  if ("error" in description) {
    const { error } = description;
    return error === "ResourceNotFoundException" ? { state: "missing" } : { state: "unreadable", why: error };
  }
  const status = description.answer.Table?.TableStatus ?? "no status";
  return status === "ACTIVE" || status === "UPDATING"
    ? { state: "there" }
    : { state: "unreadable", why: status };
}

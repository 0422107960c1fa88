import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { inject, onTestFinished, vi } from "vitest";
import { documentClient, type Pause, type Table } from "../../functions/dynamodb/table.ts";
import { type Assembly, readAssembly } from "../../local/assembly.ts";
import { type DynamoDb, type DynamoDbOptions, openDynamoDb } from "../../local/aws/dynamodb.ts";
import { dynamoDbService } from "../../local/aws/dynamodb-service.ts";
import { type Fault, type InterceptedCall, startAwsEndpoint } from "../../local/aws/endpoint.ts";
import { assemblyWith } from "./assembly-with.ts";
import { secretAccessKey } from "./aws.ts";

/** Noon in milliseconds, and the second that begins with it. */
export const noon = Date.UTC(2026, 2, 1, 12);
export const noonInSeconds = noon / 1000;

/** The tables by the name of the environment variable that a function finds them under. */
export type TableName =
  | "BINDINGS_TABLE"
  | "SESSIONS_TABLE"
  | "ATTEMPTS_TABLE"
  | "ACCOUNTS_TABLE"
  | "SESSION_KEYS_TABLE";

/** An attribute as DynamoDB keeps it; binaries in base64. */
export type Stored = Readonly<
  Record<string, { S?: string; N?: string; B?: string; BS?: string[]; BOOL?: boolean }>
>;

export interface DynamoDbForThisTest {
  /** Faults for the calls to come, one each, first come first served; "none" lets one pass. */
  readonly faults: (Fault | "none")[];
  /** Every call that reached the endpoint, also those that met a fault. */
  readonly calls: readonly InterceptedCall[];
  /** The engine itself, for whoever needs no endpoint. */
  readonly engine: DynamoDb;
  name(table: TableName): string;
  /** A table as an adapter takes it, through the client that the functions use; it waits for nothing. */
  table(table: TableName): Table;
  /** Which repetition each wait of the adapters came before. */
  readonly pauses: readonly number[];
  /** All items, exactly as they are kept. */
  items(table: TableName): Promise<readonly Stored[]>;
  put(table: TableName, item: Stored): Promise<void>;
}

const assemblies = new Map<string, Promise<Assembly>>();

interface Options extends Pick<DynamoDbOptions, "onTransactionConflict" | "transactionDelay"> {
  /** Of the stack that has the tables, beside those of the one that all tests share: `{ sessionKeys: "true" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

async function assemblyOf(settings: Options["settings"]): Promise<Assembly> {
  const directory = settings ? await assemblyWith(settings) : inject("assembly");
  const assembly = assemblies.get(directory) ?? readAssembly(directory, "WeappLogin");
  assemblies.set(directory, assembly);
  return assembly;
}

/**
 * The template's tables in an embedded DynamoDB of this test's own, behind a loopback port that the environment points
 * the SDK to. Chance is switched off: the SDK waits between two tries for a random part of up to two seconds.
 */
export async function dynamoDbForThisTest({
  settings,
  ...options
}: Options = {}): Promise<DynamoDbForThisTest> {
  const { tables, functions } = await assemblyOf(settings);
  const dynamoDb: DynamoDb = await openDynamoDb({ clock: () => noon, ...options });
  await Promise.all(tables.map((table) => dynamoDb.createTable(table)));

  const faults: (Fault | "none")[] = [];
  const calls: InterceptedCall[] = [];
  const endpoint = await startAwsEndpoint({
    services: [dynamoDbService(dynamoDb)],
    accessKeys: () => ({
      secretAccessKey,
      principal: { arn: "a test", policy: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
    }),
    intercept(call) {
      calls.push(call);
      const fault = faults.shift();
      return fault === "none" ? undefined : fault;
    },
  });

  vi.spyOn(Math, "random").mockReturnValue(0);
  for (const [variable, value] of Object.entries({
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ATEST",
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  })) {
    vi.stubEnv(variable, value);
  }
  let client: DynamoDBDocumentClient | undefined;
  const pauses: number[] = [];
  const pause: Pause = async (repetition, deadline) => {
    deadline.throwIfAborted();
    pauses.push(repetition);
  };
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    client?.destroy();
    await endpoint.close();
    await dynamoDb.close();
  });

  function name(table: TableName): string {
    const found = functions.find(({ environment }) => environment[table])?.environment[table];
    if (found === undefined) throw new Error(`No function of the template has ${table}.`);
    return found;
  }
  return {
    faults,
    calls,
    engine: dynamoDb,
    name,
    pauses,
    table(table) {
      client ??= documentClient();
      return { client, name: name(table), pause };
    },
    async items(table) {
      const page: { Items?: Stored[] } = await dynamoDb.call("Scan", { TableName: name(table) });
      return page.Items ?? [];
    },
    async put(table, Item) {
      await dynamoDb.call("PutItem", { TableName: name(table), Item });
    },
  };
}

/** What AWS answers when it is in trouble, or is not asked properly; none of it is a "no". */
export const outages: readonly (readonly [what: string, fault: Fault])[] = [
  ["is throttled", { kind: "error", type: "ProvisionedThroughputExceededException", message: "Slow down" }],
  ["meets an internal error", { kind: "error", type: "InternalServerError", message: "Oops", status: 500 }],
  ["loses the connection", { kind: "drop" }],
  ["is not allowed", { kind: "error", type: "AccessDeniedException", message: "No" }],
  ["finds no table", { kind: "error", type: "ResourceNotFoundException", message: "No table" }],
];

export function transactionCancelled(...codes: string[]): Fault {
  return {
    kind: "error",
    type: "TransactionCanceledException",
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`,
    fields: { CancellationReasons: codes.map((Code) => ({ Code })) },
  };
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

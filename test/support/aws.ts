import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { onTestFinished } from "vitest";
import type { TableDescription } from "../../local/aws/dynamodb/tables.ts";
import { type DynamoDb, type DynamoDbOptions, openDynamoDb } from "../../local/aws/dynamodb.ts";
import { dynamoDbService } from "../../local/aws/dynamodb-service.ts";
import { type AwsEndpointOptions, startAwsEndpoint } from "../../local/aws/endpoint.ts";
import type { Principal } from "../../local/aws/iam.ts";
import { openSecretsManager, type SecretsManagerOptions } from "../../local/aws/secrets-manager.ts";
import { secretsManagerService } from "../../local/aws/secrets-manager-service.ts";

export const noon = Date.parse("2026-03-01T12:00:00Z");
export const region = "us-east-1";

/** May do everything. */
export const owner: Principal = {
  arn: "arn:aws:sts::000000000000:assumed-role/owner/laptop",
  policy: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** Key (B): as the Bindings table. */
export const bindings: TableDescription = {
  name: "Bindings",
  attributes: [{ name: "key", type: "B" }],
  partitionKey: "key",
};

/** Identity (B) + secretHash (B), with a TTL attribute: as the Sessions table. */
export const sessions: TableDescription = {
  name: "Sessions",
  attributes: [
    { name: "identity", type: "B" },
    { name: "secretHash", type: "B" },
  ],
  partitionKey: "identity",
  sortKey: "secretHash",
  timeToLiveAttribute: "expiresAt",
};

/** Name (S). */
export const people: TableDescription = {
  name: "People",
  attributes: [{ name: "name", type: "S" }],
  partitionKey: "name",
};

/** Every key's in tests, unless a test says otherwise. */
export const secretAccessKey = "a secret of this test";

type Options = Partial<AwsEndpointOptions> &
  Partial<SecretsManagerOptions> &
  Pick<DynamoDbOptions, "onTransactionConflict"> & {
    readonly tables?: readonly TableDescription[];
    /** Who an access key id stands for; undefined: nobody. The owner's is OWNER. */
    readonly principals?: (accessKeyId: string) => Principal | undefined;
    /** How often a client sends a request at most; 1 unless said otherwise. */
    readonly attempts?: number;
  };

export interface AwsForThisTest {
  readonly url: string;
  readonly dynamodb: DynamoDb;
  /** Real SDK clients that call as the owner, or as whoever has the access key id. */
  client(accessKeyId?: string): DynamoDBClient;
  documents(accessKeyId?: string): DynamoDBDocumentClient;
  secrets(accessKeyId?: string): SecretsManagerClient;
  close(): Promise<void>;
}

/** The whole endpoint on a loopback port, closed when the test ends. */
export async function awsForThisTest(options: Options = {}): Promise<AwsForThisTest> {
  const {
    tables = [bindings, sessions, people],
    attempts = 1,
    secrets = [],
    directory,
    clock = () => noon,
    onTransactionConflict = "refuse",
    principals = (accessKeyId) => (accessKeyId === "OWNER" ? owner : undefined),
    ...endpointOptions
  } = options;
  const kept = directory === undefined ? {} : { directory };
  const dynamodb = await openDynamoDb({ clock, region, onTransactionConflict, ...kept });
  for (const table of tables) await dynamodb.createTable(table);
  const secretsManager = await openSecretsManager({ clock, secrets, ...kept });
  const endpoint = await startAwsEndpoint({
    accessKeys(accessKeyId) {
      const principal = principals(accessKeyId);
      return principal && { secretAccessKey, principal };
    },
    ...endpointOptions,
    services: [
      dynamoDbService(dynamodb),
      secretsManagerService(secretsManager),
      ...(endpointOptions.services ?? []),
    ],
  });

  const clients: { destroy(): void }[] = [];
  const settings = (accessKeyId: string) => ({
    endpoint: endpoint.url,
    region,
    maxAttempts: attempts,
    credentials: { accessKeyId, secretAccessKey },
  });
  const opened = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  const client = (accessKeyId = "OWNER") => opened(new DynamoDBClient(settings(accessKeyId)));

  const close = async () => {
    for (const open of clients.splice(0)) open.destroy();
    await endpoint.close();
    await secretsManager.close();
    await dynamodb.close();
  };
  onTestFinished(close);
  return {
    url: endpoint.url,
    dynamodb,
    client,
    documents: (accessKeyId) => DynamoDBDocumentClient.from(client(accessKeyId)),
    secrets: (accessKeyId = "OWNER") => opened(new SecretsManagerClient(settings(accessKeyId))),
    close,
  };
}

/** What a call was refused with. Fails if it was not refused. */
export async function refusal(call: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("The call was expected to be refused.");
}

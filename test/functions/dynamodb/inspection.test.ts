import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { dynamoDbInspection, type InspectedTable } from "../../../functions/dynamodb/inspection.ts";
import { invocation } from "../../../functions/runtime/invocation.ts";
import type { Fault } from "../../../local/aws/endpoint.ts";
import { awsForThisTest, sessions } from "../../support/aws.ts";

const kept = { name: "Kept", attributes: [{ name: "key", type: "S" }], partitionKey: "key" } as const;

async function inspected(table: Omit<InspectedTable, "table">, description: object = {}, fault?: Fault) {
  const calls: string[] = [];
  const aws = await awsForThisTest({
    tables: [
      { ...kept, ...description },
      { ...sessions, ...description },
    ],
    intercept({ action }) {
      calls.push(action);
      return fault;
    },
  });
  const client: Pick<DynamoDBClient, "send"> = aws.client();
  const { inspect } = dynamoDbInspection(client, [{ table: "Sessions", ...table }]);
  const [state] = await inspect();
  return { state, calls: calls.sort() };
}

const rebuildable = { name: "Sessions", rebuildable: true };
const backedUp = { name: "Kept", rebuildable: false };

test.each([
  ["on", { timeToLiveAttribute: "expiresAt" }, "on"],
  ["off", { timeToLiveAttribute: undefined }, "off"],
  ["on with another attribute, by which nothing expires", { timeToLiveAttribute: "endsAt" }, "off"],
])(
  "time to live of what expires is %s, and nothing is asked that does not matter",
  async (_, description, expected) => {
    const { state, calls } = await inspected(rebuildable, description);
    expect(state).toEqual({
      table: "Sessions",
      name: "Sessions",
      state: "there",
      timeToLive: expected,
      pointInTimeRecovery: "not needed",
      deletionProtection: "not needed",
    });
    expect(calls).toEqual(["dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"]);
  },
);

test.each([
  ["on, protected", { pointInTimeRecovery: true, deletionProtection: true }, "on", "on"],
  ["on, unprotected", { pointInTimeRecovery: true }, "on", "off"],
  ["off", {}, "off", "off"],
])(
  "recovery of what cannot be rebuilt is %s",
  async (_, description, pointInTimeRecovery, deletionProtection) => {
    const { state, calls } = await inspected(backedUp, description);
    expect(state).toMatchObject({
      state: "there",
      timeToLive: "not needed",
      pointInTimeRecovery,
      deletionProtection,
    });
    expect(calls).toEqual(["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"]);
  },
);

const there = { TableStatus: "ACTIVE" };
const expiring = (TimeToLiveStatus: string) => ({
  TimeToLiveDescription: { TimeToLiveStatus, AttributeName: "expiresAt" },
});

test.each([
  ["ENABLED", expiring("ENABLED"), "on"],
  ["ENABLING", expiring("ENABLING"), "on"],
  ["DISABLING", expiring("DISABLING"), "off"],
  ["DISABLED, with the attribute's name", expiring("DISABLED"), "off"],
  ["not told", {}, "off"],
])("time to live that is %s is %s", async (_, answer, expected) => {
  const output = { Table: there, ...answer };
  const { state } = await inspected(rebuildable, {}, { kind: "answer", output });
  expect(state).toMatchObject({ state: "there", timeToLive: expected });
});

test.each([{}, { ContinuousBackupsDescription: {} }])(
  "recovery is off where all that is told is %j",
  async (answer) => {
    const output = { Table: { TableStatus: "UPDATING" }, ...answer };
    const { state } = await inspected(backedUp, {}, { kind: "answer", output });
    expect(state).toMatchObject({ state: "there", pointInTimeRecovery: "off", deletionProtection: "off" });
  },
);

test("each request has the invocation's deadline, and its time is counted as the tables'", async () => {
  const { signal: deadline } = new AbortController();
  const deadlines: unknown[] = [];
  const client = {
    send(_: object, options?: { readonly abortSignal?: unknown }): Promise<never> {
      deadlines.push(options?.abortSignal);
      return Promise.reject(new Error("unheard"));
    },
  };
  const tables = [rebuildable, backedUp].map((table) => ({ table: "Sessions" as const, ...table }));
  // The client's types tie the answer to the command.
  const { inspect } = dynamoDbInspection(client as never, tables);
  const counted = await invocation({ deadline, clock: () => 0 }, async (timings) => {
    await inspect();
    return timings();
  });
  expect(counted).toEqual({ tablesMs: 0 });
  expect(deadlines.map((signal) => signal === deadline)).toEqual([true, true, true, true]);
});

test("a table that is not there is missing, and no setting of it is known", async () => {
  const { state } = await inspected({ name: "Gone", rebuildable: true });
  expect(state).toEqual({
    table: "Sessions",
    name: "Gone",
    state: "missing",
    timeToLive: "unknown",
    pointInTimeRecovery: "not needed",
    deletionProtection: "not needed",
  });
});

test.each([
  [
    "what is not allowed",
    { kind: "error", type: "AccessDeniedException", message: "s3cret" },
    "AccessDeniedException",
  ],
  ["a table on its way out", { kind: "answer", output: { Table: { TableStatus: "DELETING" } } }, "DELETING"],
  ["an answer without a table", { kind: "answer", output: {} }, "no status"],
] satisfies [string, Fault, string][])("%s is unreadable, and not missing", async (_, fault, why) => {
  const { state } = await inspected(backedUp, {}, fault);
  expect(state).toMatchObject({ state: "unreadable", why });
});

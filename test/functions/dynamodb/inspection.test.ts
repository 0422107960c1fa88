import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { dynamoDbInspection, type InspectedTable } from "../../../functions/dynamodb/inspection.ts";
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

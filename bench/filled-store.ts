import { createHash } from "node:crypto";
import { type Assembly, variableOf } from "../local/assembly.ts";
import { openDynamoDb } from "../local/aws/dynamodb.ts";
import { isRecord } from "../local/aws/json.ts";

/** The local stack's DynamoDB with so many bindings, in memory. */
export interface FilledStore extends AsyncDisposable {
  /** The authorizer's read, of another identity each time. */
  read(): Promise<void>;
}

/** As many identities have a session, and are asked for: enough that none is asked for twice in a row. */
const asked = 500;

export async function filledStore(assembly: Assembly, count: number): Promise<FilledStore> {
  const bindings = variableOf(assembly, "BINDINGS_TABLE") ?? "";
  const sessions = variableOf(assembly, "SESSIONS_TABLE") ?? "";
  const dynamoDb = await openDynamoDb();
  for (const table of assembly.tables) await dynamoDb.createTable(table);
  const step = Math.floor(count / asked);

  for (let number = 0; number < count; number++) {
    await dynamoDb.call("PutItem", { TableName: bindings, Item: bindingOf(number) });
  }
  for (let index = 0; index < asked; index++) {
    await dynamoDb.call("PutItem", { TableName: sessions, Item: sessionOf(index * step) });
  }

  let next = 0;
  return {
    async read() {
      const number = (next++ % asked) * step;
      const found = await dynamoDb.call("BatchGetItem", {
        RequestItems: {
          [bindings]: { Keys: [{ key: keyOf(number) }], ConsistentRead: true },
          [sessions]: { Keys: [{ identity: keyOf(number), secretHash }], ConsistentRead: true },
        },
      });
      const items =
        "Responses" in found && isRecord(found.Responses) ? Object.values(found.Responses).flat() : [];
      if (items.length !== 2) throw new Error("The local stack's store lost a binding or a session.");
    },
    [Symbol.asyncDispose]: () => dynamoDb.close(),
  };
}

const secretHash = { B: Buffer.alloc(32, 9).toString("base64") };

function keyOf(number: number) {
  return { B: createHash("sha256").update(String(number)).digest().subarray(0, 16).toString("base64") };
}

function bindingOf(number: number) {
  return {
    key: keyOf(number),
    appId: { S: "wx0123456789abcdef" },
    openid: { S: `openid-${number}` },
    userId: { S: `u_${number}` },
    boundAt: { N: "1795348800000" },
    generation: { N: "0" },
  };
}

function sessionOf(number: number) {
  return {
    identity: keyOf(number),
    secretHash,
    userId: { S: `u_${number}` },
    generation: { N: "0" },
    createdAt: { N: "1795348800000" },
    expiresAt: { N: "1795435200" },
  };
}

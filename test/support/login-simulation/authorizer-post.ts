import type {
  BatchGetItemOutput,
  Item as Notation,
  RequestItems,
} from "../../../functions/authorizer/batch-get-item.ts";
import type { Post, Response } from "../../../functions/authorizer/post.ts";
import type { Item } from "../dynamodb-expressions.ts";
import type { SimulatedDynamoDb } from "../simulated-dynamodb.ts";
import type { Current } from "./current.ts";

/** DynamoDB takes no signature that is older, or younger, by its own clock. */
const longestSkewMs = 300_000;

/** DynamoDB as the authorizer speaks to it: signed JSON over HTTP. */
export function authorizerPost(of: () => Current): (url: URL, timeoutMs: number) => Post {
  return (_url, timeoutMs) => (headers, body, deadline) => {
    const { instance, outside } = of();
    const { network, dynamoDb, now } = outside;
    const date = () => new Date(now()).toUTCString();
    const answer = (status: number, value: unknown): Response => ({
      status,
      headers: { date: date() },
      body: JSON.stringify(value),
    });
    const refusal = (status: number, name: string) => () =>
      answer(status, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: "Signature expired" });
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const abort = () => reject(Object.assign(new Error("No response in time"), { code: "ETIMEDOUT" }));
    if (deadline.aborted) abort();
    deadline.addEventListener("abort", abort);
    network
      .send(instance, {
        to: "DynamoDB",
        what: "BatchGetItem",
        effect() {
          if (Math.abs(signedAt(headers) - now()) > longestSkewMs) {
            return refusal(400, "InvalidSignatureException")();
          }
          return answer(200, batchGetItem(dynamoDb, JSON.parse(body).RequestItems));
        },
        instead: {
          "refused for now": refusal(400, "ProvisionedThroughputExceededException"),
          "odd answer": refusal(500, "InternalServerError"),
          conflict: () => ({ status: 200, headers: {}, body: "<html>" }),
          unprocessed: () => answer(200, { Responses: {}, UnprocessedKeys: JSON.parse(body).RequestItems }),
          blocked: refusal(400, "AccessDeniedException"),
        },
        patience: timeoutMs,
      })
      .then(resolve, reject)
      .finally(() => deadline.removeEventListener("abort", abort));
    return promise;
  };
}

function signedAt({ "x-amz-date": text = "" }: Readonly<Record<string, string>>): number {
  return Date.parse(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/** BatchGetItem in DynamoDB's own notation. */
export function batchGetItem(dynamoDb: SimulatedDynamoDb, requestItems: RequestItems): BatchGetItemOutput {
  const RequestItems = Object.fromEntries(
    Object.entries(requestItems).map(([name, { Keys, ...options }]) => [
      name,
      { ...options, Keys: Keys.map(keyOf) },
    ]),
  );
  const { Responses }: { Responses?: Record<string, Item[]> } = dynamoDb.perform({
    operation: "BatchGetItem",
    input: { RequestItems },
  });
  return {
    Responses: Object.fromEntries(
      Object.entries(Responses ?? {}).map(([name, items]) => [name, items.map(notation)]),
    ),
    UnprocessedKeys: {},
  };
}

function keyOf(notation: Notation): Item {
  return Object.fromEntries(
    Object.entries(notation).map(([name, value]) => [name, Buffer.from(String(value?.B), "base64")]),
  );
}

function notation(item: Item): Notation {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString("base64") };
  throw new Error("An attribute that no item of the authorizer has");
}

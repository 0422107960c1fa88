import { describe, expect, test } from "vitest";
import { jittered, readNothing, tablesOf, write } from "../../../functions/dynamodb/table.ts";
import { failed, itemOf, transact } from "../../../functions/dynamodb/transaction.ts";
import { invocation } from "../../../functions/runtime/invocation.ts";

describe("the pause before a repetition", () => {
  test.each([
    [1, 40],
    [2, 80],
    [4, 320],
    [5, 400],
    [30, 400],
  ])("%i is somewhere below %i ms", (repetition, longest) => {
    expect(jittered(repetition, 0)).toBe(0);
    expect(jittered(repetition, 0.5)).toBe(longest / 2);
    expect(jittered(repetition, 1)).toBe(longest);
  });

  test("ends with the deadline", async () => {
    const { pause } = tablesOf(clientOf(async () => ({})))("Sessions");
    await expect(pause(30, AbortSignal.abort())).rejects.toThrow("aborted");
    await expect(pause(-30, new AbortController().signal)).resolves.toBeUndefined();
  });
});

test("a table is its name, and all are over one client", () => {
  const client = clientOf(async () => ({}));
  const table = tablesOf(client);
  expect([table("Sessions"), table("Bindings")]).toMatchObject([{ name: "Sessions" }, { name: "Bindings" }]);
  expect(table("Sessions").client).toBe(client);
});

test("to read nothing is one read of half a unit, which has the deadline and is counted as the warm-up's", async () => {
  const { signal: deadline } = new AbortController();
  const sent: unknown[] = [];
  const client = clientOf(async ({ input }, options) => {
    sent.push([input, options?.abortSignal === deadline]);
    return {};
  });
  const counted = await invocation({ deadline, clock: () => 0 }, async (timings) => {
    await readNothing(tablesOf(client)("Sessions"), { key: "nobody" });
    return timings();
  });
  expect(sent).toEqual([[{ TableName: "Sessions", Key: { key: "nobody" } }, true]]);
  expect(counted).toEqual({ warmUpMs: 0 });
});

test.each([["not an Error"], [undefined], [new Error("out of order")]])(
  "what a write or a transaction dies of is the outage's cause: %s",
  async (cause) => {
    const client = clientOf(() => Promise.reject(cause));
    const table = tablesOf(client)("Sessions");
    const outage = { name: "StoreUnavailable", message: "DynamoDB did not answer" };
    for (const died of [
      write("sessions", table, () => Promise.reject(cause)),
      transact("sessions", table, []),
    ]) {
      const error = await died.catch((error: unknown) => error);
      expect(error).toMatchObject(outage);
      expect(error instanceof Error && error.cause).toBe(cause);
    }
  },
);

test.each([
  ["that is not told", undefined, false, {}],
  ["without an item", { Code: "ConditionalCheckFailed" }, true, {}],
  ["with one", { Code: "ConditionalCheckFailed", Item: { key: { S: "k" } } }, true, { key: { S: "k" } }],
])("a reason %s", (_, reason, hasFailed, item) => {
  expect(failed(reason)).toBe(hasFailed);
  expect(itemOf(reason)).toEqual(item);
});

type Send = (
  command: { readonly input: unknown },
  options?: { readonly abortSignal?: unknown },
) => Promise<unknown>;

/** The document client's types tie the answer to the command. */
function clientOf(send: Send) {
  return { send } as never;
}

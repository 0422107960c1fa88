import { expect, test } from "vitest";
import type { BatchGetItemOutput, Item } from "../../../functions/authorizer/batch-get-item.ts";
import { boundSessionReader, text } from "../../../functions/authorizer/bound-session.ts";
import { authorizerHandler } from "../../../functions/authorizer/handler.ts";
import { alice, noon } from "../../support/fakes.ts";
import { quietShell } from "../../support/quiet-shell.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";
import { httpApiEvent } from "./events.ts";
import { openSession } from "./open-session.ts";

const tables = { bindings: "Bindings", sessions: "Sessions" };
const { sessionId } = openSession(alice, "user-1", noon, seededRandom("the authorizer"));
const number = "+8613800138000";

const binding = (phoneNumber?: Item[string]): Item => ({
  appId: { S: alice.appId },
  openid: { S: alice.openid },
  userId: { S: "user-1" },
  generation: { N: "0" },
  ...(phoneNumber && { phoneNumber }),
});
const session: Item = {
  userId: { S: "user-1" },
  generation: { N: "0" },
  createdAt: { N: String(noon) },
  expiresAt: { N: String(noon / 1_000 + 60) },
};

/** What a business Lambda is told of an identity with this item, where it is to be told numbers or not. */
async function contextOf(item: Item, tellsNumbers: boolean): Promise<Record<string, unknown>> {
  const output: BatchGetItemOutput = {
    Responses: { Bindings: [item], Sessions: [session] },
    UnprocessedKeys: {},
  };
  const numberOf = ({ phoneNumber }: Item) => text(phoneNumber);
  const read = boundSessionReader(async () => output, tables, tellsNumbers ? numberOf : undefined);
  const handler = quietShell(
    authorizerHandler({ read: (key) => read(key, new AbortController().signal), now: () => noon }),
    [],
  );
  const answer = await handler(httpApiEvent({ authorization: `Bearer ${sessionId}` }));
  return "context" in answer ? { ...answer.context } : {};
}

test("the number comes with the one read, where the owner wants business Lambdas to be told it", async () => {
  expect(await contextOf(binding({ S: number }), true)).toHaveProperty("phoneNumber", number);
  expect(await contextOf(binding({ S: number }), false)).not.toHaveProperty("phoneNumber");
});

test.each([undefined, { N: "13800138000" }, { S: "" }, { BOOL: true }])(
  "an identity with the number %j is told without one, and let in",
  async (phoneNumber) => {
    const context = await contextOf(binding(phoneNumber), true);
    expect(context).toMatchObject({ userId: "user-1" });
    expect(context).not.toHaveProperty("phoneNumber");
  },
);

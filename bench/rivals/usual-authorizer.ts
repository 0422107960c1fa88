import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { readEnvironment } from "../../contract/environment.ts";
import { authorizerHandler } from "../../functions/authorizer/handler.ts";
import type { BoundSession, ReadBoundSession } from "../../functions/core/authorize.ts";
import { outside } from "../../functions/runtime/invocation.ts";
import { shell } from "../../functions/runtime/shell.ts";

/*
 * The authorizer as it would usually be written: the same handler and core, over the document client as its
 * documentation shows it, with nothing tuned and nothing warmed up.
 */
const env = readEnvironment("authorizer", process.env);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

const read: ReadBoundSession = async ({ identityKey, secretHash }) => {
  const { Responses } = await client.send(
    new BatchGetCommand({
      RequestItems: {
        [env.BINDINGS_TABLE]: { Keys: [{ key: identityKey }], ConsistentRead: true },
        [env.SESSIONS_TABLE]: { Keys: [{ identity: identityKey, secretHash }], ConsistentRead: true },
      },
    }),
  );
  return assemble(Responses?.[env.BINDINGS_TABLE]?.[0], Responses?.[env.SESSIONS_TABLE]?.[0]);
};

export const handler = shell(
  authorizerHandler({ read: (key) => outside("read", () => read(key)), now: Date.now }),
);

function assemble(
  binding: Record<string, unknown> | undefined,
  session: Record<string, unknown> | undefined,
): BoundSession | undefined {
  const { appId, openid, userId, generation } = binding ?? {};
  const { userId: sessionUserId, generation: sessionGeneration, createdAt, expiresAt } = session ?? {};
  if (
    typeof appId !== "string" ||
    typeof openid !== "string" ||
    typeof userId !== "string" ||
    typeof generation !== "number" ||
    typeof sessionUserId !== "string" ||
    typeof sessionGeneration !== "number" ||
    typeof createdAt !== "number" ||
    typeof expiresAt !== "number"
  ) {
    return undefined;
  }
  return {
    identity: { appId, openid },
    binding: { userId, disabled: false, generation },
    session: { userId: sessionUserId, generation: sessionGeneration, createdAt, expiresAt },
  };
}

import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { readEnvironment } from "../../contract/environment.ts";
import { boundSession } from "../../functions/authorizer/bound-session.ts";
import { authorizerHandler } from "../../functions/authorizer/handler.ts";
import type { ReadBoundSession } from "../../functions/core/authorize.ts";
import { outside } from "../../functions/runtime/invocation.ts";
import { shell } from "../../functions/runtime/shell.ts";

/*
 * The authorizer over the SDK's bare client, tuned by what its documentation offers: middlewares put together once, a
 * connection and code warmed up during INIT, and, in the bundle, credentials from the environment only.
 */
const env = readEnvironment("authorizer", process.env);
const client = new DynamoDBClient({
  cacheMiddleware: true,
  accountIdEndpointMode: "disabled",
  maxAttempts: 3,
  retryMode: "standard",
  requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
});

const read: ReadBoundSession = async ({ identityKey, secretHash }) => {
  const { Responses = {} } = await client.send(
    new BatchGetItemCommand({
      RequestItems: {
        [env.BINDINGS_TABLE]: { Keys: [{ key: { B: identityKey } }], ConsistentRead: true },
        [env.SESSIONS_TABLE]: {
          Keys: [{ identity: { B: identityKey }, secretHash: { B: secretHash } }],
          ConsistentRead: true,
        },
      },
    }),
  );
  return boundSession(Responses[env.BINDINGS_TABLE]?.[0], Responses[env.SESSIONS_TABLE]?.[0]);
};
await read({ identityKey: new Uint8Array(16), secretHash: new Uint8Array(32) }).catch(() => {});

export const handler = shell(
  authorizerHandler({ read: (key) => outside("read", () => read(key)), now: Date.now }),
);

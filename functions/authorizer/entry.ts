import { readBoundSession } from "../adapters/dynamodb-authorization.ts";
import { dynamoDbClient } from "../adapters/dynamodb-client.ts";
import { nobody, warmUp } from "../adapters/warm-up.ts";
import { invocations } from "../core/invocation.ts";
import { readEnvironment } from "../environment.ts";
import { authorizerHandler } from "./handler.ts";

const env = readEnvironment("authorizer", process.env);
const read = readBoundSession(dynamoDbClient({ cacheMiddleware: true }), {
  bindings: env.BINDINGS_TABLE,
  sessions: env.SESSIONS_TABLE,
});
await warmUp(() => read({ identityKey: nobody, secretHash: new Uint8Array(32) }));

export const handler = authorizerHandler({
  read,
  now: Date.now,
  begin: invocations(console.log, () => performance.now()),
});

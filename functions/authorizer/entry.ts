import { readEnvironment } from "../../contract/environment.ts";
import { dynamoDbClient } from "../aws/clients.ts";
import { readBoundSession } from "../dynamodb/authorization.ts";
import { invocations } from "../runtime/invocation.ts";
import { nobody, warmUp } from "../runtime/warm-up.ts";
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

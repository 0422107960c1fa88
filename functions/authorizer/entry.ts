import { readEnvironment } from "../../contract/environment.ts";
import { readBoundSession } from "../dynamodb/authorization.ts";
import { dynamoDbClient } from "../dynamodb/client.ts";
import { outside } from "../runtime/invocation.ts";
import { shell } from "../runtime/shell.ts";
import { nobody, warmUp } from "../runtime/warm-up.ts";
import { authorizerHandler } from "./handler.ts";

const env = readEnvironment("authorizer", process.env);
const read = readBoundSession(dynamoDbClient({ cacheMiddleware: true }), {
  bindings: env.BINDINGS_TABLE,
  sessions: env.SESSIONS_TABLE,
});
await warmUp(() => read({ identityKey: nobody, secretHash: new Uint8Array(32) }));

export const handler = shell(
  authorizerHandler({ read: (key) => outside("read", () => read(key)), now: Date.now }),
);

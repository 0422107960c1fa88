import { readBoundSession } from "../adapters/dynamodb-authorization.ts";
import { dynamoDbClient } from "../adapters/dynamodb-client.ts";
import { readEnvironment } from "../environment.ts";
import { authorizerHandler } from "./handler.ts";

const env = readEnvironment("authorizer", process.env);
export const handler = authorizerHandler({
  read: readBoundSession(dynamoDbClient({ cacheMiddleware: true }), {
    bindings: env.BINDINGS_TABLE,
    sessions: env.SESSIONS_TABLE,
  }),
  now: Date.now,
  log: (facts) => console.log(facts),
});

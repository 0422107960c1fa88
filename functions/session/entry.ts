import { documentClient, readNothing } from "../adapters/dynamodb.ts";
import { dynamoDbBindings } from "../adapters/dynamodb-bindings.ts";
import { dynamoDbRevocations } from "../adapters/dynamodb-revocations.ts";
import { dynamoDbSessions } from "../adapters/dynamodb-sessions.ts";
import { jitteredPause } from "../adapters/dynamodb-transaction.ts";
import { nobody, warmUp } from "../adapters/warm-up.ts";
import { readEnvironment } from "../environment.ts";
import { sessionHandler } from "./handler.ts";

const env = readEnvironment("session", process.env);
const client = documentClient();
await warmUp((deadline) => readNothing({ client, name: env.BINDINGS_TABLE, deadline }, { key: nobody }));

export const handler = sessionHandler({
  now: Date.now,
  log: (facts) => console.log(facts),
  needsUntil: (deadline) => {
    const bindings = { client, name: env.BINDINGS_TABLE, deadline };
    return {
      sessions: dynamoDbSessions({ client, name: env.SESSIONS_TABLE, deadline }),
      bindings: dynamoDbBindings(bindings, { oneIdentityPerApp: false }, jitteredPause),
      revocations: dynamoDbRevocations(bindings, jitteredPause),
    };
  },
});

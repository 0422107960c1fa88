import { documentClient, readNothing } from "../adapters/dynamodb.ts";
import { dynamoDbBindingDirectory } from "../adapters/dynamodb-binding-directory.ts";
import { dynamoDbRevocations } from "../adapters/dynamodb-revocations.ts";
import { dynamoDbSessions } from "../adapters/dynamodb-sessions.ts";
import { jitteredPause } from "../adapters/dynamodb-transaction.ts";
import { nobody, warmUp } from "../adapters/warm-up.ts";
import { invocations, timed } from "../core/invocation.ts";
import { readEnvironment } from "../environment.ts";
import { sessionHandler } from "./handler.ts";

const env = readEnvironment("session", process.env);
const client = documentClient();
await warmUp((deadline) => readNothing({ client, name: env.BINDINGS_TABLE, deadline }, { key: nobody }));

export const handler = sessionHandler({
  now: Date.now,
  begin: invocations(console.log, () => performance.now()),
  needsUntil: (deadline, time) => {
    const bindings = { client, name: env.BINDINGS_TABLE, deadline };
    return {
      sessions: timed("sessions", dynamoDbSessions({ client, name: env.SESSIONS_TABLE, deadline }), time),
      directory: timed("bindings", dynamoDbBindingDirectory(bindings), time),
      revocations: timed("bindings", dynamoDbRevocations(bindings, jitteredPause), time),
    };
  },
});

import { readEnvironment } from "../../contract/environment.ts";
import { dynamoDbBindingDirectory } from "../dynamodb/binding-directory.ts";
import { dynamoDbRevocations } from "../dynamodb/revocations.ts";
import { dynamoDbSessions } from "../dynamodb/sessions.ts";
import { documentClient, readNothing } from "../dynamodb/table.ts";
import { jitteredPause } from "../dynamodb/transaction.ts";
import { invocations, timed } from "../runtime/invocation.ts";
import { nobody, warmUp } from "../runtime/warm-up.ts";
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

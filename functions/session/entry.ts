import { documentClient } from "../adapters/dynamodb.ts";
import { dynamoDbSessions } from "../adapters/dynamodb-sessions.ts";
import { readEnvironment } from "../environment.ts";
import { sessionHandler } from "./handler.ts";

const env = readEnvironment("session", process.env);
const client = documentClient();

export const handler = sessionHandler({
  sessionsUntil: (deadline) => dynamoDbSessions({ client, name: env.SESSIONS_TABLE, deadline }),
  log: (facts) => console.log(facts),
});

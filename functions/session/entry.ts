import { readEnvironment } from "../../contract/environment.ts";
import { dynamoDbBindingDirectory } from "../dynamodb/binding-directory.ts";
import { dynamoDbRevocations } from "../dynamodb/revocations.ts";
import { dynamoDbSessionList } from "../dynamodb/sessions.ts";
import { readNothing, tablesOf } from "../dynamodb/table.ts";
import { shell } from "../runtime/shell.ts";
import { nobody, warmUp } from "../runtime/warm-up.ts";
import { sessionHandler } from "./handler.ts";

const env = readEnvironment("session", process.env);
const table = tablesOf();
const bindings = table(env.BINDINGS_TABLE);

await warmUp(() => readNothing(bindings, { key: nobody }));

export const handler = shell(
  sessionHandler({
    sessions: dynamoDbSessionList(table(env.SESSIONS_TABLE)),
    directory: dynamoDbBindingDirectory(bindings),
    revocations: dynamoDbRevocations(bindings),
    now: Date.now,
  }),
);

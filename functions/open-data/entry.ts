import { readEnvironment } from "../../contract/environment.ts";
import { dynamoDbSessionKeys } from "../dynamodb/session-keys.ts";
import { readNothing, tablesOf } from "../dynamodb/table.ts";
import { shell } from "../runtime/shell.ts";
import { nobody, warmUp } from "../runtime/warm-up.ts";
import { openDataHandler } from "./handler.ts";

const env = readEnvironment("open-data", process.env);
const table = tablesOf()(env.SESSION_KEYS_TABLE);

await warmUp(() => readNothing(table, { identity: nobody }));

export const handler = shell(openDataHandler({ sessionKeys: dynamoDbSessionKeys(table), now: Date.now }));

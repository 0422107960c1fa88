import { tables } from "../fakes.ts";
import type { SimulatedDynamoDb } from "../simulated-dynamodb.ts";
import { secretMark } from "./cloud.ts";
import { appSecretMark } from "./simulated-wechat.ts";

/** In the text of a SessionId or a bind ticket. */
const secretText = "CANARYCANARY";
/** Of whoever may see nobody's secrets, but people. */
const secrets = new RegExp(`(code|password|session-key)-canary|${appSecretMark}|${secretText}`, "i");
const anything = new RegExp(`canary|${appSecretMark}`, "i");

/** What may stand where, in the tables. */
const belongs: Readonly<Record<string, RegExp>> = {
  [tables.bindings]: /^(openid|unionid)$/,
  [tables.attempts]: /^(openid|unionid|key)$/,
  [tables.accounts]: /^(key|username)$/,
  [tables.sessions]: /^$/,
};

/** Secrets and personal data where they do not belong. */
export function canaries(violated: (what: string) => void) {
  return {
    /** Of operators it says whom they asked about, as they named them. */
    inLog(line: object, isOperators: boolean): void {
      const text = JSON.stringify(line);
      if ((isOperators ? secrets : anything).test(text)) violated(`the log says too much: ${text}`);
    },
    /** To a phone: its own session or ticket, and nothing else. */
    inAnswer(text: string): void {
      const others = text.replace(/"(sessionId|bindTicket)":"[^"]*"/g, "");
      if (anything.test(others)) violated(`an answer says too much: ${text}`);
    },
    inOperatorsAnswer(answer: unknown): void {
      const text = JSON.stringify(answer) ?? "";
      if (secrets.test(text)) violated(`an operator is told too much: ${text}`);
    },
    inTables(dynamoDb: SimulatedDynamoDb): void {
      for (const [table, allowed] of Object.entries(belongs)) {
        for (const item of dynamoDb.items(table)) {
          for (const [name, value] of Object.entries(item)) {
            const isSecret =
              value instanceof Uint8Array
                ? Buffer.from(value).includes(secretMark)
                : secrets.test(String(value));
            if (isSecret) violated(`${table} keeps a secret as ${name}`);
            if (typeof value === "string" && anything.test(value) && !allowed.test(name)) {
              violated(`${table} keeps too much as ${name}`);
            }
          }
        }
      }
    },
  };
}

import { tables } from "../fakes.ts";
import type { SimulatedDynamoDb } from "../simulated-dynamodb.ts";
import { secretMark } from "./cloud.ts";
import { appSecretMark } from "./simulated-wechat.ts";
import { numberMark } from "./wechat-phone-codes.ts";
import { sessionKeyMark } from "./wechat-session-keys.ts";

/** In the text of a SessionId or a bind ticket. */
const secretText = "CANARYCANARY";
/** Of whoever may see nobody's secrets, but people. */
const secrets = new RegExp(
  `(code|password|access-token)-canary|${sessionKeyMark}|${appSecretMark}|${secretText}`,
  "i",
);
const anything = new RegExp(`canary|${appSecretMark}|${numberMark}`, "i");

/** What may stand where, in the tables. */
const belongs: Readonly<Record<string, RegExp>> = {
  [tables.bindings]: /^(openid|unionid)$/,
  [tables.attempts]: /^(openid|unionid|key)$/,
  [tables.accounts]: /^(key|username|phoneNumber)$/,
  [tables.sessions]: /^$/,
  [tables.sessionKeys]: /^(latest|previous)$/,
};

/** Secrets and personal data where they do not belong. */
export function canaries(
  { keepsNumbers }: { readonly keepsNumbers: boolean },
  violated: (what: string) => void,
) {
  const mayBe = (table: string, name: string) =>
    belongs[table]?.test(name) || (keepsNumbers && table === tables.bindings && name === "phoneNumber");

  return {
    /** Of operators it says whom they asked about, as they named them; never by a number. */
    inLog(line: object, isOperators: boolean): void {
      const text = JSON.stringify(line);
      const isTooMuch = isOperators ? secrets.test(text) || text.includes(numberMark) : anything.test(text);
      if (isTooMuch) violated(`the log says too much: ${text}`);
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
      for (const table of Object.keys(belongs)) {
        for (const item of dynamoDb.items(table)) {
          for (const [name, value] of Object.entries(item)) {
            const isSecret =
              value instanceof Uint8Array
                ? Buffer.from(value).includes(secretMark)
                : secrets.test(String(value)) && table !== tables.sessionKeys;
            if (isSecret) violated(`${table} keeps a secret as ${name}`);
            if (typeof value === "string" && anything.test(value) && !mayBe(table, name)) {
              violated(`${table} keeps too much as ${name}`);
            }
          }
        }
      }
    },
  };
}

import { parseSessionId } from "../../functions/core/session.ts";
import { askAdmin } from "../../local/after-deploy.ts";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import type { Laptop } from "../../local/laptop.ts";
import { sample } from "../../local/sample.ts";
import type { WeChatSimulator } from "../../simulator/simulator.ts";
import type { EventHub } from "./events.ts";

/** A control that cannot do what it was asked; `message` is the code of a sentence of the page's (`error.CODE`). */
export class ControlError extends Error {}

export type Control = (fields: Readonly<Record<string, unknown>>) => Promise<object>;

/** Longer than the login function waits for WeChat. */
const slowMs = 10_000;
const user = /^[\w-]{1,32}$/;
const digits = /^\d{4,15}$/;

/** Everything that the page can do besides calling the API: phones, operators and bad weather. */
export function createControls(simulator: WeChatSimulator, hub: EventHub) {
  let weChat = "ok";
  let throttled = 0;

  function userOf({ user: name }: Readonly<Record<string, unknown>>): string {
    if (typeof name === "string" && user.test(name)) return name;
    throw new ControlError("invalid_user");
  }

  const openidOf = (name: string) => simulator.user(name).identities[0]?.openid ?? "";

  function trouble(kind: string): void {
    const found = /^-?\d{1,9}$/.test(kind)
      ? { errcode: Number(kind) }
      : { slow: { latencyMs: slowMs }, down: { drop: "before" as const }, ok: undefined }[kind];
    if (found === undefined && kind !== "ok") throw new ControlError("invalid_trouble");
    simulator.clearTrouble();
    if (found) simulator.trouble(found);
    weChat = kind;
  }

  return {
    state: () => ({ weChat, throttled }),

    /** Throws a ControlError. */
    openidOf: (name: unknown) => openidOf(userOf({ user: name })),

    /** The next DynamoDB calls of functions fail, as when a table has no capacity left. */
    intercept({ action, principal }: InterceptedCall): Fault | undefined {
      if (throttled === 0 || !action.startsWith("dynamodb:") || !principal.arn.includes(":assumed-role/"))
        return undefined;
      throttled--;
      return { kind: "error", type: "ProvisionedThroughputExceededException", message: "Rate exceeded" };
    },

    of(laptop: Laptop): Readonly<Record<string, Control>> {
      const admin = async (request: Parameters<typeof askAdmin>[1]): Promise<object> => ({
        answer: await askAdmin(laptop, request),
      });
      return {
        /** wx.login on that user's phone. */
        async "wx-login"(fields) {
          const ended = hub.call({ from: "phone", to: "wechat", label: "wx.login" });
          const code = simulator.login(userOf(fields));
          ended({ label: "code", ok: true, details: { code } });
          return { code };
        },
        /** The phone number's button on that user's phone, as WeChat answers it. */
        async "phone-button"(fields) {
          const ended = hub.call({ from: "phone", to: "wechat", label: "getPhoneNumber" });
          const detail = simulator.phone(userOf(fields));
          const { code: phoneCode, ...rest } = detail;
          const label = phoneCode === undefined ? rest.errMsg : "code";
          ended({ label, ok: phoneCode !== undefined, details: { ...rest, phoneCode } });
          return detail;
        },
        /** The number in that user's phone (without a country code), changed first where `phoneNumber` is given. */
        async number({ phoneNumber, ...fields }) {
          if (phoneNumber !== undefined && (typeof phoneNumber !== "string" || !digits.test(phoneNumber))) {
            throw new ControlError("invalid_phone_number");
          }
          const shown = simulator.user(userOf(fields), phoneNumber === undefined ? {} : { phoneNumber });
          return { phoneNumber: shown.phoneNumber };
        },
        /** wx.getWeRunData on that user's phone. */
        async werun(fields) {
          const name = userOf(fields);
          if (!simulator.sessionKey(name)) throw new ControlError("no_wx_login");
          const ended = hub.call({ from: "phone", to: "wechat", label: "wx.getWeRunData" });
          const data = simulator.weRunData(name);
          ended({ label: "encrypted steps", ok: true, details: data });
          return data;
        },
        async wechat({ trouble: kind }) {
          trouble(String(kind));
          return {};
        },
        async dynamodb({ calls }) {
          if (typeof calls !== "number" || !Number.isInteger(calls) || calls < 0 || calls > 1000) {
            throw new ControlError("invalid_calls");
          }
          throttled = calls;
          return {};
        },
        /** Puts the end of a session into the past, as if a day had gone by. */
        async expire({ sessionId }) {
          const key = parseSessionId(String(sessionId));
          if (!key) throw new ControlError("no_session");
          const Key = { identity: { B: base64(key.identityKey) }, secretHash: { B: base64(key.secretHash) } };
          await laptop.dynamoDb
            .call("UpdateItem", {
              TableName: laptop.tableName("SESSIONS_TABLE"),
              Key,
              UpdateExpression: "SET expiresAt = :past",
              ConditionExpression: "attribute_exists(expiresAt)",
              ExpressionAttributeValues: { ":past": { N: String(Math.floor(Date.now() / 1000) - 60) } },
            })
            .catch(() => {
              throw new ControlError("session_gone");
            });
          return {};
        },
        revoke: (fields) => admin({ action: "sessions.revoke", of: { openid: openidOf(userOf(fields)) } }),
        account: ({ disabled }) =>
          admin({
            action: disabled === true ? "accounts.disable" : "accounts.enable",
            account: sample.username,
          }),
        /** As on the first day: the user is nobody's, the account works, and the weather is fine. */
        async reset(fields) {
          const openid = openidOf(userOf(fields));
          trouble("ok");
          throttled = 0;
          await askAdmin(laptop, { action: "accounts.enable", account: sample.username });
          return admin({ action: "bindings.remove", of: { openid } });
        },
      };
    },
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

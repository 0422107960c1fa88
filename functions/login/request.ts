import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { looksLikeTicket } from "../core/bind-ticket.ts";
import type { LoginRequest } from "../core/login-attempt.ts";
import { readUsername } from "../core/username.ts";
import { type BadRequest, invalid, isBad, readJsonObject, readString } from "../runtime/json-body.ts";
import { deviceLabel } from "./device.ts";

const longest = { code: 128, bindTicket: 128, appId: 128, username: 128, password: 256 } as const;

export interface Deployment {
  readonly appIds: readonly string[];
  /** Whether anybody here knows usernames and passwords. */
  readonly passwords: boolean;
}

/** `{ code, appId?, username?, password? }` or `{ bindTicket, username, password }`; other fields are ignored. */
export function readLoginRequest(
  event: APIGatewayProxyEventV2,
  { appIds, passwords }: Deployment,
): LoginRequest | BadRequest {
  const fields = readJsonObject(event);
  if (!(fields instanceof Map)) return fields;

  const values: Partial<Record<keyof typeof longest, string>> = {};
  for (const name of Object.keys(longest) as (keyof typeof longest)[]) {
    const value = readString(fields, name, longest[name]);
    if (isBad(value)) return value;
    if (value !== undefined) values[name] = value;
  }
  const { code, bindTicket, username, password } = values;

  if ((username === undefined) !== (password === undefined)) {
    return invalid("username and password go together.", username === undefined ? "username" : "password");
  }
  const credentials = username !== undefined && password !== undefined ? { username, password } : undefined;
  if (username !== undefined && readUsername(username) === undefined) {
    return invalid("The field username is empty or too long.", "username");
  }
  if (credentials && !passwords) {
    return invalid("This deployment has no passwords: send the code alone.", "username", "password");
  }
  const { sourceIp } = event.requestContext.http;
  const device = deviceLabel(event.headers["user-agent"] ?? "");
  const from = { sourceIp, ...(device !== undefined && { device }) };

  if (code !== undefined && bindTicket !== undefined) {
    return invalid("Send either code or bindTicket, not both.", "code", "bindTicket");
  }
  if (code !== undefined) {
    const appId = values.appId ?? (appIds.length === 1 ? appIds[0] : undefined);
    if (appId === undefined) {
      return invalid("This deployment serves several mini-programs: say which with appId.", "appId");
    }
    if (!appIds.includes(appId)) return invalid("This deployment does not serve that appId.", "appId");
    return { ...from, code, appId, ...(credentials && { credentials }) };
  }
  if (bindTicket === undefined) {
    return invalid("Send the code that wx.login gave.", "code");
  }
  if (!credentials) return invalid("A bindTicket goes with username and password.", "username", "password");
  if (!looksLikeTicket(bindTicket)) return invalid("That is not a bindTicket.", "bindTicket");
  return { ...from, bindTicket, credentials };
}

import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as v from "valibot";
import { looksLikeTicket } from "../core/bind-ticket.ts";
import type { LoginRequest } from "../core/login-attempt.ts";
import { isRefusal } from "../core/refusal.ts";
import { readUsername } from "../core/username.ts";
import { type BadRequest, invalid, readFields } from "../runtime/json-body.ts";
import { deviceLabel } from "./device.ts";

/** Byte-exact as it was typed. A character of four bytes is one. */
const text = (longest: number) =>
  v.exactOptional(
    v.pipe(
      v.string("must be a string"),
      v.check((value) => value !== "", "is empty"),
      v.check((value) => [...value].length <= longest, `may have at most ${longest} characters`),
      v.check(
        (value) => value.isWellFormed() && !value.includes("\0"),
        "holds characters that are not allowed",
      ),
    ),
  );

/** Other fields are ignored. */
const loginBody = v.object({
  code: text(128),
  bindTicket: text(128),
  phoneCode: text(128),
  appId: text(128),
  username: text(128),
  password: text(256),
});

export interface Deployment {
  readonly appIds: readonly string[];
  /** Whether anybody here knows usernames and passwords. */
  readonly passwords: boolean;
  /** Whether people log in by phone number. */
  readonly phone?: boolean;
}

/** A request without any header has none in its event. */
type LoginEvent = Omit<APIGatewayProxyEventV2, "headers"> & Partial<Pick<APIGatewayProxyEventV2, "headers">>;

/** `{ code, appId? }` or `{ bindTicket }`, with `{ username, password }` or `{ phoneCode }`: a code also with neither. */
export function readLoginRequest(
  event: LoginEvent,
  { appIds, passwords, phone }: Deployment,
): LoginRequest | BadRequest {
  const read = readFields(event, loginBody);
  if (isRefusal(read)) return read;
  const { code, bindTicket, username, password, phoneCode } = read.fields;

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
  if (phoneCode !== undefined && !phone) {
    return invalid("This deployment has no login by phone number.", "phoneCode");
  }
  if (phoneCode !== undefined && credentials) {
    return invalid("Send either phoneCode or username and password, not both.", "phoneCode");
  }
  const { sourceIp } = event.requestContext.http;
  const device = deviceLabel(event.headers?.["user-agent"] ?? "");
  const from = {
    sourceIp,
    ...(device !== undefined && { device }),
    ...(credentials && { credentials }),
    ...(phoneCode !== undefined && { phoneCode }),
  };

  if (code !== undefined && bindTicket !== undefined) {
    return invalid("Send either code or bindTicket, not both.", "code", "bindTicket");
  }
  if (code !== undefined) {
    // WeChat calls a blank code missing, which would look like a fault of ours.
    if (code.trim() === "") return invalid("The field code is empty.", "code");
    const appId = read.fields.appId ?? (appIds.length === 1 ? appIds[0] : undefined);
    if (appId === undefined) {
      return invalid("This deployment serves several mini-programs: say which with appId.", "appId");
    }
    if (!appIds.includes(appId)) return invalid("This deployment does not serve that appId.", "appId");
    return { ...from, code, appId };
  }
  if (bindTicket === undefined) {
    return invalid("Send the code that wx.login gave.", "code");
  }
  if (!credentials && phoneCode === undefined) {
    return invalid("A bindTicket goes with username and password.", "username", "password");
  }
  if (!looksLikeTicket(bindTicket)) return invalid("That is not a bindTicket.", "bindTicket");
  return { ...from, bindTicket };
}

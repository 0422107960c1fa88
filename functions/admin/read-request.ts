import type { AdminAction, AdminRequest, ImportRow, Subject } from "../../contract/operator-actions.ts";
import { readUsername } from "../core/username.ts";

/** What is wrong with a request, in words for the person who sent it. Never quotes a value: it may be a password. */
export class InvalidRequest extends Error {
  override readonly name = "InvalidRequest";
}

const longestId = 128;
const mostRows = 100;
const appSecretPattern = /^[0-9a-f]{32}$/i;

type Fields = Readonly<Record<string, unknown>>;

const readers: { readonly [A in AdminAction]: (fields: Fields) => Extract<AdminRequest, { action: A }> } = {
  "accounts.add": (fields) => ({
    action: "accounts.add",
    username: username(fields),
    password: password(fields),
    ...("userId" in fields && { userId: id(fields, "userId") }),
  }),
  "accounts.import": (fields) => ({ action: "accounts.import", rows: rows(fields.rows) }),
  "accounts.passwd": (fields) => ({
    action: "accounts.passwd",
    account: id(fields, "account"),
    password: password(fields),
  }),
  "accounts.disable": (fields) => ({ action: "accounts.disable", account: id(fields, "account") }),
  "accounts.enable": (fields) => ({ action: "accounts.enable", account: id(fields, "account") }),
  "accounts.show": (fields) => ({ action: "accounts.show", account: id(fields, "account") }),
  "accounts.remove": (fields) => ({ action: "accounts.remove", account: id(fields, "account") }),
  "bindings.find": (fields) => ({ action: "bindings.find", of: subject(fields.of) }),
  "bindings.remove": (fields) => ({ action: "bindings.remove", of: subject(fields.of) }),
  "sessions.list": (fields) => ({ action: "sessions.list", of: subject(fields.of) }),
  "sessions.revoke": (fields) => ({
    action: "sessions.revoke",
    of: subject(fields.of),
    ...("id" in fields && { id: id(fields, "id") }),
  }),
  "secret.set": (fields) => ({
    action: "secret.set",
    appSecret: appSecret(fields),
    ...("appId" in fields && { appId: id(fields, "appId") }),
  }),
  "secret.rotate": (fields) => ({
    action: "secret.rotate",
    appSecret: appSecret(fields),
    ...("appId" in fields && { appId: id(fields, "appId") }),
  }),
  "doctor.check": () => ({ action: "doctor.check" }),
};

/** Throws InvalidRequest for anything that is not an AdminRequest. */
export function readAdminRequest(event: unknown): AdminRequest {
  const fields = record(event, "The request");
  const { action } = fields;
  if (typeof action !== "string" || !isAction(action)) {
    throw new InvalidRequest(`action must be one of ${Object.keys(readers).join(", ")}.`);
  }
  return readers[action](fields);
}

/** One row of an import. Throws InvalidRequest. */
export function readImportRow(row: unknown): ImportRow {
  const fields = record(row, "A row");
  const { passwordHash } = fields;
  const common = { username: username(fields), userId: id(fields, "userId") };
  if ("password" in fields === "passwordHash" in fields) {
    throw new InvalidRequest("Give either password or passwordHash.");
  }
  if (passwordHash === undefined) return { ...common, password: password(fields) };
  if (typeof passwordHash !== "string") throw new InvalidRequest("passwordHash must be a string.");
  return { ...common, passwordHash };
}

function isAction(action: string): action is AdminAction {
  return Object.hasOwn(readers, action);
}

function rows(value: unknown): ImportRow[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostRows) {
    throw new InvalidRequest(`rows must be a list of 1 to ${mostRows} rows.`);
  }
  // Read one by one later, so that a bad row spoils nothing but itself.
  return value;
}

function subject(value: unknown): Subject {
  const fields = record(value, "of");
  if ("userId" in fields === "openid" in fields)
    throw new InvalidRequest("of needs either userId or openid.");
  if ("userId" in fields) return { userId: id(fields, "userId") };
  return { openid: id(fields, "openid"), ...("appId" in fields && { appId: id(fields, "appId") }) };
}

function id(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value.trim() === "" || [...value].length > longestId || !isPlain(value)) {
    throw new InvalidRequest(`${name} must be text of 1 to ${longestId} characters.`);
  }
  return value;
}

function username(fields: Fields): string {
  const value = id(fields, "username");
  if (readUsername(value) === undefined) throw new InvalidRequest("username is too long.");
  return value;
}

function password(fields: Fields): string {
  const { password: value } = fields;
  if (typeof value !== "string" || !isPlain(value) || [...value].length < 8 || [...value].length > 256) {
    throw new InvalidRequest("password must have 8 to 256 characters.");
  }
  return value;
}

function appSecret(fields: Fields): string {
  const { appSecret: value } = fields;
  if (typeof value !== "string" || !appSecretPattern.test(value)) {
    throw new InvalidRequest("appSecret must be the 32 hexadecimal digits that WeChat's console shows once.");
  }
  return value;
}

function isPlain(value: string): boolean {
  return value.isWellFormed() && !/\p{Cc}/u.test(value);
}

function record(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidRequest(`${what} must be an object.`);
  }
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

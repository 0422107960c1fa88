import { onTestFinished } from "vitest";
import {
  startWeChatSimulator,
  type WeChatSimulator,
  type WeChatSimulatorOptions,
} from "../../simulator/simulator.ts";
import type { AppConfig } from "../../simulator/state/apps.ts";
import { seededRandom } from "./seeded-numbers.ts";

export const noon = Date.UTC(2025, 0, 15, 12);

/** Two apps of one owner, and one that is bound to no Open Platform account. */
export const shop = {
  appId: "wx00000000000000a1",
  secret: "5ec4e75ec4e75ec4e75ec4e75ec4e701",
  owner: "acme",
};
export const cafe = {
  appId: "wx00000000000000a2",
  secret: "5ec4e75ec4e75ec4e75ec4e75ec4e702",
  owner: "acme",
};
export const solo = { appId: "wx00000000000000b1", secret: "5ec4e75ec4e75ec4e75ec4e75ec4e703" };

/** AppId and AppSecret as WeChat's calls spell them. */
export function wire({ appId, secret }: AppConfig): { appid: string; secret: string } {
  return { appid: appId, secret };
}

/** A simulator that is closed when the test ends, and a clock to set: `time.now`, milliseconds since 1970. */
export async function simulate(
  options: Partial<WeChatSimulatorOptions> = {},
): Promise<{ simulator: WeChatSimulator; time: { now: number } }> {
  const time = { now: noon };
  const simulator = await startWeChatSimulator({
    apps: [shop, cafe, solo],
    clock: () => time.now,
    random: seededRandom("a test"),
    ...options,
  });
  onTestFinished(() => simulator.close());
  return { simulator, time };
}

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** One HTTP request; `json` is undefined if the body is none. Rejects if the connection breaks. */
export async function call(
  simulator: WeChatSimulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(simulator.url + path, {
    method,
    redirect: "manual",
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const { status, headers } = response;
  const text = await response.text();
  return { status, type: headers.get("content-type"), headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The path and query of an exchange for the first app; a parameter set to null is left out. */
export function exchangePath(code: string, changes: Record<string, string | null> = {}): string {
  const query = new URLSearchParams();
  const parameters = {
    appid: shop.appId,
    secret: shop.secret,
    js_code: code,
    grant_type: "authorization_code",
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) query.set(name, value);
  }
  return `/sns/jscode2session?${query}`;
}

/** Exchanges a code as a server would. */
export function exchange(
  simulator: WeChatSimulator,
  code: string,
  changes?: Record<string, string | null>,
): Promise<Answer> {
  return call(simulator, "GET", exchangePath(code, changes));
}

/** The errcode of an answer; undefined for a success. */
export function errcodeOf({ json }: Answer): unknown {
  return typeof json === "object" && json !== null && "errcode" in json ? json.errcode : undefined;
}

/** A field of an answer that must be there as a string. */
export function field({ json }: Answer, name: string): string {
  const value = new Map<string, unknown>(Object.entries(Object(json))).get(name);
  if (typeof value !== "string") throw new Error(`The answer has no ${name}.`);
  return value;
}

/** Asks for the first app's access_token; a field set to null is left out. */
export function askForToken(
  simulator: WeChatSimulator,
  changes: Record<string, unknown> = {},
): Promise<Answer> {
  const fields = { grant_type: "client_credential", appid: shop.appId, secret: shop.secret, ...changes };
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  return call(simulator, "POST", "/cgi-bin/stable_token", body);
}

/** The first app's access_token. */
export async function accessToken(simulator: WeChatSimulator): Promise<string> {
  return field(await askForToken(simulator), "access_token");
}

/** The path and query of a call that is signed with a session_key; a parameter set to null is left out. */
export function signedPath(path: string, parameters: Record<string, string | null>): string {
  const query = new URLSearchParams({ sig_method: "hmac_sha256" });
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  return `${path}?${query}`;
}

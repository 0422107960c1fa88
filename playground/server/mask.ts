import { errors } from "../../contract/errors.ts";
import { isRecord } from "../../local/aws/json.ts";
import { knownSecrets, masked } from "./known-secrets.ts";

export type Mask = (value: unknown) => unknown;

/** Members that hold a secret, whatever it is: in requests, in answers, and (with a colon) in DynamoDB's parameters. */
const secretNames = new Set(
  [
    "code js_code phoneCode password newPassword sessionId bindTicket ticket appSecret secret session_key sessionKey",
    "passwordHash authorization identitySource cookie access_token SecretString SecretBinary encryptedData iv",
  ].flatMap((names) => names.toLowerCase().split(" ")),
);

/** What a secret looks like wherever it turns up: a SessionId, a bearer token, an argon2id hash, an AppSecret. */
const secretShapes =
  /Bearer\s+\S+|\$argon2[^\s"]+|(?<![\w-])[\w-]{64}(?![\w-])|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;

/** How much of one event is looked at and shown: nobody reads more, and whatever came may be megabytes. */
export const mostCharacters = 64 * 1024;
const mostDepth = 16;

/**
 * Makes a copy of what has happened that may be shown: the one place that decides what leaves for the browser. A secret
 * that was seen once under its name is masked from then on under any name. What is too long is left out, not cut: half a
 * text may be half a secret.
 */
export function createMask(): Mask {
  const known = knownSecrets();

  return (value) => {
    let left = mostCharacters;

    function mask(value: unknown, depth: number): unknown {
      left--;
      if (depth > mostDepth) return omitted;
      if (typeof value === "string") return text(value, depth);
      if (Array.isArray(value)) return list(value, depth);
      return isRecord(value) ? record(value, depth) : value;
    }

    function text(value: string, depth: number): unknown {
      if (value.length > left) return `(${value.length} characters)`;
      left -= value.length;
      const json = /^\s*[{[]/.test(value) ? parsed(value) : undefined;
      // Half a JSON text may be half a password.
      if (json === unreadable) return `(${value.length} characters that are no JSON)`;
      if (json !== undefined) return mask(json, depth + 1);
      return known.masked(value.replaceAll(secretShapes, masked));
    }

    function list(values: readonly unknown[], depth: number): unknown[] {
      const shown: unknown[] = [];
      for (const value of values) {
        shown.push(left > 0 ? mask(value, depth + 1) : omitted);
        if (left <= 0) break;
      }
      return shown;
    }

    function record(value: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
      // All of its secrets are known before any of its other members is looked at.
      for (const [name, member] of Object.entries(value)) {
        if (isSecret(name, member)) remember(member, depth);
      }
      const shown: [string, unknown][] = [];
      for (const [name, member] of Object.entries(value)) {
        if (left <= 0) break;
        shown.push([String(text(name, depth)), isSecret(name, member) ? masked : mask(member, depth + 1)]);
      }
      return Object.fromEntries(shown);
    }

    function remember(value: unknown, depth: number): void {
      if (depth > mostDepth) return;
      if (typeof value === "string") known.add(value);
      else if (Array.isArray(value)) for (const one of value) remember(one, depth + 1);
      else if (isRecord(value)) for (const one of Object.values(value)) remember(one, depth + 1);
    }

    return mask(value, 0);
  };
}

const omitted = "(and more)";
const unreadable = Symbol("no JSON");

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return unreadable;
  }
}

function isSecret(name: string, value: unknown): boolean {
  // WeChat's code and an error's have one name.
  if (name === "code" && typeof value === "string" && Object.hasOwn(errors, value)) return false;
  // CancellationReasons of DynamoDB.
  if (name === "Code") return false;
  return value !== undefined && secretNames.has(name.replace(/^[:#]/, "").toLowerCase());
}

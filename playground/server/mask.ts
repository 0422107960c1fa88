import { errors } from "../../contract/errors.ts";
import { isRecord } from "../../local/aws/json.ts";

export type Mask = (value: unknown) => unknown;

const masked = "••••••";

/** Members that hold a secret, whatever it is: in requests, in answers, and (with a colon) in DynamoDB's parameters. */
const secretNames = new Set(
  [
    "code js_code password newPassword sessionId bindTicket ticket appSecret secret session_key sessionKey",
    "passwordHash authorization identitySource cookie access_token SecretString SecretBinary encryptedData iv",
  ].flatMap((names) => names.toLowerCase().split(" ")),
);

/** What a secret looks like wherever it turns up: a SessionId, a bearer token, an argon2id hash, an AppSecret. */
const secretShapes =
  /Bearer\s+\S+|\$argon2[^\s"]+|(?<![\w-])[\w-]{64}(?![\w-])|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;

/** Remembered secrets are looked for in every text; a shorter one would turn up in innocent words. */
const shortestRemembered = 6;
const mostRemembered = 500;

/**
 * Makes a copy of what has happened that may be shown: the one place that decides what leaves for the browser. A secret
 * that was seen once under its name is masked from then on under any name.
 */
export function createMask(): Mask {
  const known = new Set<string>();

  function remember(value: unknown): void {
    if (typeof value === "string" && value.length >= shortestRemembered) {
      known.delete(value);
      known.add(value);
      if (known.size > mostRemembered) for (const oldest of known.values().take(1)) known.delete(oldest);
    } else if (Array.isArray(value)) value.forEach(remember);
    else if (isRecord(value)) Object.values(value).forEach(remember);
  }

  function text(value: string): unknown {
    const json = /^\s*[{[]/.test(value) ? parsed(value) : undefined;
    // Half a JSON text may be half a password.
    if (json === unreadable) return `(${value.length} characters that are no JSON)`;
    if (json !== undefined) return mask(json);
    let shown = value.replaceAll(secretShapes, masked);
    for (const secret of known) shown = shown.replaceAll(secret, masked);
    return shown;
  }

  function mask(value: unknown): unknown {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(mask);
    if (!isRecord(value)) return value;
    // All of its secrets are known before any of its other members is looked at.
    for (const [name, member] of Object.entries(value)) if (isSecret(name, member)) remember(member);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        String(text(name)),
        isSecret(name, member) ? masked : mask(member),
      ]),
    );
  }

  return mask;
}

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

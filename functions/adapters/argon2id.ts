import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { PasswordHasher, PasswordHashes } from "../core/account.ts";

export interface Argon2idParameters {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's choice for argon2id: 19 MiB, two passes, one lane. Stored with each hash, so it can be raised. */
export const argon2idParameters: Argon2idParameters = { memory: 19_456, passes: 2, parallelism: 1 };

const saltBytes = 16;
const tagBytes = 32;
const derive = promisify(argon2);

const phcString =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/** `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, the PHC string format: base64 without padding. */
export async function hashPassword(password: string, parameters = argon2idParameters): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await derive("argon2id", {
    ...parameters,
    message: password,
    nonce: salt,
    tagLength: tagBytes,
  });
  return format(parameters, salt, tag);
}

export const argon2id: PasswordHasher & PasswordHashes = {
  hash: (password) => hashPassword(password),
  isHash: (text) => phcString.test(text) && isComputable(parse(text).parameters),
  decoy: format(argon2idParameters, randomBytes(saltBytes), randomBytes(tagBytes)),

  /** Throws for a string that is not an argon2id hash: a broken account is not a wrong password. */
  async matches(password, passwordHash) {
    const { parameters, salt, tag } = parse(passwordHash);
    const actual = await derive("argon2id", {
      ...parameters,
      message: password,
      nonce: salt,
      tagLength: tag.length,
    });
    return timingSafeEqual(actual, tag);
  },
};

/** Within what argon2 allows at all, and what the verifier's memory and time allow here. */
function isComputable({ memory, passes, parallelism }: Argon2idParameters): boolean {
  const laneMemory = 8;
  return (
    parallelism >= 1 &&
    parallelism <= 16 &&
    passes >= 1 &&
    passes <= 32 &&
    memory >= laneMemory * parallelism &&
    memory <= 512 * 1024
  );
}

function parse(passwordHash: string) {
  const [, memory, passes, parallelism, salt, tag] = phcString.exec(passwordHash) ?? [];
  if (salt === undefined || tag === undefined)
    throw new Error("The stored password hash is not an argon2id string");
  return {
    parameters: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

function format({ memory, passes, parallelism }: Argon2idParameters, salt: Buffer, tag: Buffer): string {
  const unpadded = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

import crypto, { type Argon2Parameters, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { PasswordHasher, PasswordHashes } from "../core/account.ts";
import {
  type Argon2idParameters,
  formatArgon2id,
  isArgon2id,
  parametersText,
  parseArgon2id,
} from "./phc-string.ts";

/** OWASP's choice for argon2id: 19 MiB, two passes, one lane. Stored with each hash, so it can be raised. */
export const argon2idParameters: Argon2idParameters = { memory: 19_456, passes: 2, parallelism: 1 };

const saltBytes = 16;
const tagBytes = 32;
/** Of no password. */
const decoySaltAndTag = formatArgon2id({
  parameters: argon2idParameters,
  salt: randomBytes(saltBytes),
  tag: randomBytes(tagBytes),
})
  .split("$")
  .slice(4)
  .join("$");

/** To a string in the PHC format. */
export async function hashPassword(password: string, parameters = argon2idParameters): Promise<string> {
  const salt = randomBytes(saltBytes);
  const tag = await derive({
    ...parameters,
    message: password,
    nonce: salt,
    tagLength: tagBytes,
  });
  return formatArgon2id({ parameters, salt, tag });
}

/** Looked up when it is needed: a Node without it must fail here, and not where this file is loaded. */
function derive(parameters: Argon2Parameters): Promise<Buffer> {
  return promisify(crypto.argon2)("argon2id", parameters);
}

export const argon2id: PasswordHasher & PasswordHashes = {
  hash: (password) => hashPassword(password),
  isHash: isArgon2id,
  parameters: parametersText(argon2idParameters),
  parametersOf: (passwordHash) => parametersText(parseArgon2id(passwordHash).parameters),
  decoy: (parameters) => `$argon2id$v=19$${parameters}$${decoySaltAndTag}`,

  async matches(password, passwordHash) {
    const { parameters, salt, tag } = parseArgon2id(passwordHash);
    const actual = await derive({
      ...parameters,
      message: password,
      nonce: salt,
      tagLength: tag.length,
    });
    return timingSafeEqual(actual, tag);
  },
};

/** What an argon2id hash was computed with, and has to be computed with again. */
export interface Argon2idParameters {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface Argon2idHash {
  readonly parameters: Argon2idParameters;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const phcString =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/** `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, the PHC string format: base64 without padding. */
export function formatArgon2id({ parameters, salt, tag }: Argon2idHash): string {
  const unpadded = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  return `$argon2id$v=19$${parametersText(parameters)}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** `m=…,t=…,p=…`, as in the string. */
export function parametersText({ memory, passes, parallelism }: Argon2idParameters): string {
  return `m=${memory},t=${passes},p=${parallelism}`;
}

/** Throws for a string that is not an argon2id hash: a broken account is not a wrong password. */
export function parseArgon2id(passwordHash: string): Argon2idHash {
  const [, memory, passes, parallelism, salt, tag] = phcString.exec(passwordHash) ?? [];
  if (salt === undefined || tag === undefined)
    throw new Error("The stored password hash is not an argon2id string");
  return {
    parameters: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

/** Whether it is one, with parameters that can be computed. Hashes nothing, so that older Nodes can ask it too. */
export function isArgon2id(text: string): boolean {
  return phcString.test(text) && isComputable(parseArgon2id(text).parameters);
}

/**
 * KiB times passes, which is what the time goes with: twenty times the product's own, and less than a second on the
 * verifier's vCPU, whose deadline is three. 256 MiB with three passes fit.
 */
const mostWork = 256 * 1024 * 3;
const mostMemory = 256 * 1024;

/** Within what argon2 allows at all, and what the verifier's memory and time allow here. */
function isComputable({ memory, passes, parallelism }: Argon2idParameters): boolean {
  const laneMemory = 8;
  return (
    parallelism >= 1 &&
    parallelism <= 16 &&
    passes >= 1 &&
    memory >= laneMemory * parallelism &&
    memory <= mostMemory &&
    memory * passes <= mostWork
  );
}

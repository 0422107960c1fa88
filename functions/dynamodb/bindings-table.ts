import type { Binding } from "../core/binding.ts";
import { accountKey } from "../core/identity.ts";
import type { BoundIdentity } from "../core/revocation.ts";

/*
 * Bindings table, key (B):
 * - identity items, 16 bytes: appId, openid, unionid?, phoneNumber? (that WeChat has told), userId, boundAt (N, ms),
 *   disabled?, generation (N). Unbound: key, generation and disabled?, nothing else;
 * - account items, 32 bytes: userId, `identities:APPID` (set of identity keys) per mini-program, disabled?, generation?
 *   (N, the greatest that the verifier has said), fence? (N, raised by whatever takes identities from the account), and
 *   what number-memory.ts says.
 */

const identitiesPrefix = "identities:";

/** The attribute of an account item that lists its identities of one mini-program. */
export function identitiesAttribute(appId: string): string {
  return identitiesPrefix + appId;
}

/** The identities that an account item lists. */
export function readIdentities(item: Record<string, unknown> | undefined): BoundIdentity[] {
  return Object.entries(item ?? {}).flatMap(([name, keys]) =>
    name.startsWith(identitiesPrefix) && keys instanceof Set
      ? [...keys].map((identityKey: Uint8Array) => ({
          appId: name.slice(identitiesPrefix.length),
          identityKey,
        }))
      : [],
  );
}

/** An identity item as login sees it. Whatever is not of its type closes rather than opens. */
export function readBinding(item: Record<string, unknown>): Binding {
  const { userId, unionid, disabled, generation } = item;
  return {
    ...(typeof userId === "string" && { userId }),
    ...(typeof unionid === "string" && { unionid }),
    disabled: disabled !== undefined && disabled !== false,
    generation: readNumber(generation, "generation"),
  };
}

/** One of the numbers that are only ever raised. No item, and none yet, is 0. */
export function readNumber(value: unknown, name: string): number {
  if (value === undefined) return 0;
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw new Error(`An item of the Bindings table has a ${name} that is no whole number`);
  }
  return value;
}

/** The condition that a number is still what was read, of an item that may not be there. */
export function isStill(name: "generation" | "fence", value: number): string {
  return value === 0 ? `(attribute_not_exists(${name}) OR ${name} = :${name})` : `${name} = :${name}`;
}

/** Of every update that raises numbers of an account item: sets its mark, takes it off, or (undefined) leaves it. */
export function raiseAccount(
  TableName: string,
  userId: string,
  disabled: boolean | undefined,
  numbers: readonly ("generation" | "fence")[],
) {
  const mark = disabled === undefined ? "" : disabled ? ", disabled = :true" : " REMOVE disabled";
  return {
    TableName,
    Key: { key: accountKey(userId) },
    UpdateExpression: `SET userId = :userId${mark} ADD ${numbers.map((name) => `${name} :one`).join(", ")}`,
    ExpressionAttributeValues: { ":userId": userId, ":one": 1, ...(disabled && { ":true": true }) },
  };
}

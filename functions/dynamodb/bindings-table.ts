import type { Binding } from "../core/binding.ts";
import type { BoundIdentity } from "../core/revocation.ts";

/*
 * Bindings table, key (B):
 * - identity items, 16 bytes: appId, openid, unionid?, userId? (absent: unbound), boundAt (N, ms), disabled?,
 *   sessionsValidFrom? (N, ms);
 * - account items, 32 bytes: userId, `identities:APPID` (set of identity keys) per mini-program, disabled?,
 *   bindsValidFrom? (N, ms).
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
  const { userId, unionid, disabled, sessionsValidFrom } = item;
  return {
    ...(typeof userId === "string" && { userId }),
    ...(typeof unionid === "string" && { unionid }),
    disabled: disabled !== undefined && disabled !== false,
    sessionsValidFrom:
      sessionsValidFrom === undefined ? 0 : timeOr(Number.POSITIVE_INFINITY, sessionsValidFrom),
  };
}

function timeOr(otherwise: number, value: unknown): number {
  return typeof value === "number" ? value : otherwise;
}

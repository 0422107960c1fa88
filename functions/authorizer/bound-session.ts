import type { BoundSession } from "../core/authorize.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import type { SessionKey } from "../core/session.ts";
import type { AttributeValue, BatchGetItem, Item, RequestItems } from "./batch-get-item.ts";

/**
 * The authorizer's one read: binding and session, strongly consistent; undefined unless both are there and whole. Throws
 * StoreUnavailable when DynamoDB does not answer until `deadline`, or leaves a key unprocessed twice: that never means
 * "not found". `numberOf`: the phone number of an identity, where business Lambdas are to be told it.
 */
export function boundSessionReader(
  batchGetItem: BatchGetItem,
  tables: { readonly bindings: string; readonly sessions: string },
  numberOf?: (binding: Item) => string | undefined,
): (key: SessionKey, deadline: AbortSignal) => Promise<BoundSession | undefined> {
  return async ({ identityKey, secretHash }, deadline) => {
    const identity = binary(identityKey);
    let items: RequestItems = {
      [tables.bindings]: { Keys: [{ key: identity }], ConsistentRead: true },
      [tables.sessions]: { Keys: [{ identity, secretHash: binary(secretHash) }], ConsistentRead: true },
    };
    const found: Record<string, Item | undefined> = {};
    for (let request = 1; request <= 2; request++) {
      const { Responses, UnprocessedKeys = {} } = await batchGetItem(items, deadline);
      if (!Responses) throw new StoreUnavailable("DynamoDB", "no Responses");
      for (const [table, [item]] of Object.entries(Responses)) found[table] ??= item;
      const unprocessed = Object.entries(items).filter(([table]) => table in UnprocessedKeys);
      if (unprocessed.length === 0) {
        return boundSession(found[tables.bindings], found[tables.sessions], numberOf);
      }
      items = Object.fromEntries(unprocessed);
    }
    throw new StoreUnavailable("DynamoDB", "UnprocessedKeys");
  };
}

/** A field that is missing, or of another type, makes it nothing. */
function boundSession(
  binding: Item = {},
  session: Item = {},
  numberOf?: (binding: Item) => string | undefined,
): BoundSession | undefined {
  const appId = text(binding.appId);
  const openid = text(binding.openid);
  const unionid = binding.unionid && text(binding.unionid);
  const userId = text(binding.userId);
  const disabled = binding.disabled ? binding.disabled.BOOL : false;
  const generation = wholeNumber(binding.generation);
  const sessionUserId = text(session.userId);
  const sessionGeneration = wholeNumber(session.generation);
  const createdAt = wholeNumber(session.createdAt);
  const expiresAt = wholeNumber(session.expiresAt);
  if (
    appId === undefined ||
    openid === undefined ||
    (binding.unionid && unionid === undefined) ||
    userId === undefined ||
    typeof disabled !== "boolean" ||
    generation === undefined ||
    sessionUserId === undefined ||
    sessionGeneration === undefined ||
    createdAt === undefined ||
    expiresAt === undefined
  ) {
    return undefined;
  }
  const phoneNumber = numberOf?.(binding);
  return {
    identity: { appId, openid },
    binding: { userId, ...(unionid && { unionid }), disabled, generation },
    ...(phoneNumber !== undefined && { phoneNumber }),
    session: { userId: sessionUserId, generation: sessionGeneration, createdAt, expiresAt },
  };
}

function binary(bytes: Uint8Array): AttributeValue {
  return { B: Buffer.from(bytes).toString("base64") };
}

export function text(value: AttributeValue | undefined): string | undefined {
  return typeof value?.S === "string" && value.S !== "" ? value.S : undefined;
}

/** Of at most 15 digits, which a number holds exactly. */
function wholeNumber(value: AttributeValue | undefined): number | undefined {
  return typeof value?.N === "string" && /^\d{1,15}$/.test(value.N) ? Number(value.N) : undefined;
}

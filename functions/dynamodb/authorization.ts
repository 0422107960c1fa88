import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import type { BoundSession, ReadBoundSession } from "../core/authorize.ts";
import { StoreUnavailable } from "../core/refusal.ts";

type Item = Record<string, AttributeValue>;
type RequestItems = NonNullable<BatchGetItemCommandOutput["UnprocessedKeys"]>;

/**
 * The authorizer's one read: binding and session in one strongly consistent BatchGetItem, on the bare client because
 * this runs before every protected request. Throws StoreUnavailable when DynamoDB does not answer, or twice leaves a key unprocessed:
 * that never means "not found".
 */
export function readBoundSession(
  client: Pick<DynamoDBClient, "send">,
  tables: { bindings: string; sessions: string },
): ReadBoundSession {
  const send = async (command: BatchGetItemCommand) => {
    try {
      return await client.send(command);
    } catch (error) {
      throw new StoreUnavailable("DynamoDB", error);
    }
  };
  return async ({ identityKey, secretHash }) => {
    const found: Record<string, Item[]> = {};
    let pending: RequestItems = {
      [tables.bindings]: { Keys: [{ key: { B: identityKey } }], ConsistentRead: true },
      [tables.sessions]: {
        Keys: [{ identity: { B: identityKey }, secretHash: { B: secretHash } }],
        ConsistentRead: true,
      },
    };
    for (let request = 1; Object.keys(pending).length > 0; request++) {
      if (request > 2) throw new StoreUnavailable("DynamoDB", "UnprocessedKeys");
      const answer = await send(new BatchGetItemCommand({ RequestItems: pending }));
      Object.assign(found, answer.Responses && nonEmpty(answer.Responses));
      pending = answer.UnprocessedKeys ?? {};
    }
    return assemble(found[tables.bindings]?.[0], found[tables.sessions]?.[0]);
  };
}

/** A table whose keys stay unprocessed answers with an empty list, which must not hide what the other call found. */
function nonEmpty(responses: Record<string, Item[]>): Record<string, Item[]> {
  return Object.fromEntries(Object.entries(responses).filter(([, items]) => items.length > 0));
}

/** Only what is whole: a field that is missing or of another type makes it nothing. */
function assemble(binding: Item | undefined, session: Item | undefined): BoundSession | undefined {
  const userId = text(binding?.userId);
  const appId = text(binding?.appId);
  const openid = text(binding?.openid);
  const unionid = text(binding?.unionid);
  const sessionUserId = text(session?.userId);
  const createdAt = number(session?.createdAt);
  const expiresAt = number(session?.expiresAt);
  const generation = number(binding?.generation);
  const sessionGeneration = number(session?.generation);
  const disabled = binding?.disabled === undefined ? false : binding.disabled.BOOL;
  if (
    userId === undefined ||
    appId === undefined ||
    openid === undefined ||
    sessionUserId === undefined ||
    createdAt === undefined ||
    expiresAt === undefined ||
    generation === undefined ||
    sessionGeneration === undefined ||
    disabled === undefined
  ) {
    return undefined;
  }
  return {
    identity: { appId, openid },
    binding: { userId, ...(unionid !== undefined && { unionid }), disabled, generation },
    session: { userId: sessionUserId, generation: sessionGeneration, createdAt, expiresAt },
  };
}

function text(value: AttributeValue | undefined): string | undefined {
  return value?.S === "" ? undefined : value?.S;
}

function number(value: AttributeValue | undefined): number | undefined {
  const parsed = Number(value?.N);
  return Number.isFinite(parsed) ? parsed : undefined;
}

import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Bind } from "../core/binding.ts";
import { accountKey, identityKey } from "../core/identity.ts";
import type { NumberMemory } from "../core/number-memory.ts";
import type { AccountConditions } from "./bindings.ts";
import { type Table, write } from "./table.ts";

/*
 * What an account item of the Bindings table remembers of binds by phone number, per mini-program:
 * - `byNumber:APPID` (B, an identity's key): the one that its number has let in;
 * - `number:APPID` (B, 16 bytes, see numberOf): which number that was;
 * - `allowed:APPID` (N, s): until when the next bind by number may be another identity's; gone with that bind.
 */

/**
 * Carriers give numbers to new people: an account that has an identity here, or whose number has let in another one, lets
 * none in by number. Unbinding leaves the memory, and a changed number makes it one of another number.
 */
export function byNumber({ person, byNumber: number, session }: Bind): AccountConditions | undefined {
  if (number === undefined) return undefined;
  return {
    conditions: [
      "attribute_not_exists(#identities)",
      "(attribute_not_exists(#byNumber) OR #byNumber = :holder OR #number <> :number OR #allowed > :now)",
    ],
    set: ", #byNumber = :holder, #number = :number",
    remove: " REMOVE #allowed",
    names: {
      "#byNumber": `byNumber:${person.appId}`,
      "#number": `number:${person.appId}`,
      "#allowed": allowedAttribute(person.appId),
    },
    values: { ":holder": identityKey(person), ":number": number, ":now": session.createdAt / 1_000 },
  };
}

/** For operators. */
export function dynamoDbNumberMemory(table: Table): NumberMemory {
  const { client, name: TableName } = table;
  return {
    async allowNext(userId, appId, until) {
      const command = new UpdateCommand({
        TableName,
        Key: { key: accountKey(userId) },
        UpdateExpression: "SET #allowed = :until",
        ConditionExpression: "attribute_exists(#key)",
        ExpressionAttributeNames: { "#key": "key", "#allowed": allowedAttribute(appId) },
        ExpressionAttributeValues: { ":until": until },
      });
      const allowed = await write("bindings", table, (abortSignal) => client.send(command, { abortSignal }));
      return allowed !== undefined;
    },
  };
}

/** The attributes that an erased account's item loses. */
export function numberMemoryOf(appIds: readonly string[]): string[] {
  return appIds.flatMap((appId) => [`byNumber:${appId}`, `number:${appId}`, allowedAttribute(appId)]);
}

function allowedAttribute(appId: string): string {
  return `allowed:${appId}`;
}

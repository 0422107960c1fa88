import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { KeptNumbers } from "../core/phone-of-session.ts";
import { isStill } from "./bindings-table.ts";
import { type Table, write } from "./table.ts";

/** The numbers that WeChat has told, in the identity items of the Bindings table: see bindings-table.ts. */
export function dynamoDbKeptNumbers(table: Table): KeptNumbers {
  const { client, name: TableName } = table;
  return {
    async keep(key, phoneNumber, userId, generation) {
      const command = new UpdateCommand({
        TableName,
        Key: { key },
        UpdateExpression: "SET phoneNumber = :phoneNumber",
        ConditionExpression: `userId = :userId AND ${isStill("generation", generation)}`,
        ExpressionAttributeValues: {
          ":phoneNumber": phoneNumber,
          ":userId": userId,
          ":generation": generation,
        },
      });
      const kept = await write("bindings", table, (abortSignal) => client.send(command, { abortSignal }));
      return kept !== undefined;
    },
  };
}

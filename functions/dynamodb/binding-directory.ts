import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { BindingDirectory } from "../core/binding.ts";
import { accountKey } from "../core/identity.ts";
import { readBinding, readIdentities } from "./bindings-table.ts";
import { answered, type Table } from "./table.ts";

/** Bindings as they are looked up outside of a login; see bindings-table.ts for the table's items. */
export function dynamoDbBindingDirectory({ client, name: TableName, deadline }: Table): BindingDirectory {
  async function get(key: Uint8Array) {
    const command = new GetCommand({ TableName, Key: { key }, ConsistentRead: true });
    return (await answered(client.send(command, { abortSignal: deadline }))).Item;
  }

  return {
    async identitiesOf(userId) {
      return readIdentities(await get(accountKey(userId)));
    },

    async describe(key) {
      const item = await get(key);
      const binding = item && readBinding(item);
      if (!item || binding?.userId === undefined) return undefined;
      const { userId } = binding;
      return {
        ...binding,
        userId,
        appId: String(item.appId),
        openid: String(item.openid),
        boundAt: Number(item.boundAt),
      };
    },
  };
}

import type { BindingDirectory } from "../core/binding.ts";
import { accountKey } from "../core/identity.ts";
import { readBinding, readIdentities } from "./bindings-table.ts";
import { readItem, type Table } from "./table.ts";

/** Bindings as they are looked up outside of a login; see bindings-table.ts for the table's items. */
export function dynamoDbBindingDirectory(table: Table): BindingDirectory {
  return {
    async identitiesOf(userId) {
      return readIdentities(await readItem(table, { key: accountKey(userId) }, "bindings"));
    },

    async describe(key) {
      const item = (await readItem(table, { key }, "bindings")) ?? {};
      const { userId, ...binding } = readBinding(item);
      if (userId === undefined) return undefined;
      return {
        ...binding,
        userId,
        appId: String(item.appId),
        openid: String(item.openid),
        boundAt: Number(item.boundAt),
        ...(typeof item.phoneNumber === "string" && { phoneNumber: item.phoneNumber }),
      };
    },
  };
}

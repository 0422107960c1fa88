import { validationException } from "../aws-error.ts";
import { check, run, type Store, type Table } from "./dynalite.ts";
import type { SettingsOfTables, TableSettings } from "./table-settings.ts";

export interface TableDescription extends TableSettings {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** The key attributes, each with its type. */
  readonly attributes: readonly { readonly name: string; readonly type: "S" | "N" | "B" }[];
}

export interface Tables {
  /**
   * Makes the table, ready for use, or keeps the one that stands there with its items; the settings are set in either
   * case. Throws if the table that stands there has other keys.
   */
  ensure(description: TableDescription): Promise<void>;
  readonly operations: Readonly<Record<string, (input: object) => Promise<object>>>;
}

export function tables(store: Store, settings: SettingsOfTables, arnOf: (table: string) => string): Tables {
  async function create(input: object): Promise<void> {
    const request = check(store, "createTable", input);
    const { promise: active, resolve } = Promise.withResolvers<void>();
    // dynalite answers while the table is CREATING and makes it ACTIVE a moment later, with nobody to tell.
    const tableDb: Store["tableDb"] = {
      ...store.tableDb,
      put(name, table, done) {
        const withArn = { ...(table as Table), TableArn: arnOf(name) };
        store.tableDb.put(name, withArn, (error) => {
          done(error);
          if (error || withArn.TableStatus === "ACTIVE") resolve();
        });
      },
    };
    await run({ ...store, tableDb }, "createTable", request);
    await active;
  }

  async function remove(input: object): Promise<object> {
    const request = check(store, "deleteTable", input);
    const { deletionProtection } = await settings.of(request.TableName);
    if (deletionProtection) {
      throw validationException(
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
      );
    }
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const tableDb: Store["tableDb"] = {
      ...store.tableDb,
      del(name, done) {
        store.tableDb.del(name, (error) => {
          done(error);
          resolve();
        });
      },
    };
    const result = await run({ ...store, tableDb }, "deleteTable", request);
    await gone;
    await settings.remove(request.TableName);
    return result;
  }

  async function describe(input: object): Promise<object> {
    const request = check(store, "describeTable", input);
    const { Table } = await run(store, "describeTable", request);
    const { deletionProtection = false } = await settings.of(request.TableName);
    return { Table: { ...(Table as Table), DeletionProtectionEnabled: deletionProtection } };
  }

  return {
    async ensure(description) {
      const {
        name,
        timeToLiveAttribute,
        pointInTimeRecovery = false,
        deletionProtection = false,
      } = description;
      const wanted = createTableInput(description);
      const key = `table~${name}`;
      const existing = (await store.db.get(key)) as Table | undefined;
      if (!existing) await create(wanted);
      else if (shape(existing) !== shape(wanted)) {
        throw new Error(
          `The table ${name} exists with (${shape(existing)}) where (${shape(wanted)}) is wanted. Keys cannot be changed: remove the directory that holds the tables, or bring back the old definition.`,
        );
      } else if (existing.TableStatus !== "ACTIVE") {
        // A crash fell between dynalite's two writes.
        await store.db.batch([{ type: "put", key, value: { ...existing, TableStatus: "ACTIVE" } }]);
      }
      const timeToLive = timeToLiveAttribute === undefined ? {} : { timeToLiveAttribute };
      await settings.set(name, { ...timeToLive, pointInTimeRecovery, deletionProtection });
    },

    operations: {
      DeleteTable: remove,
      DescribeTable: describe,
    },
  };
}

function createTableInput({ name, attributes, partitionKey, sortKey }: TableDescription) {
  const sort = sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: "RANGE" }];
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    KeySchema: [{ AttributeName: partitionKey, KeyType: "HASH" }, ...sort],
  };
}

/** The keys with their types, as in `identity B + secretHash B`: equal where the tables are alike. */
function shape({
  KeySchema,
  AttributeDefinitions,
}: Pick<Table, "KeySchema" | "AttributeDefinitions">): string {
  const types = new Map(
    AttributeDefinitions.map((attribute) => [attribute.AttributeName, attribute.AttributeType]),
  );
  return KeySchema.map(({ AttributeName }) => `${AttributeName} ${types.get(AttributeName)}`).join(" + ");
}

import { validationException } from "../aws-error.ts";
import { isRecord } from "../json.ts";
import { check, getTable, type Store } from "./dynalite.ts";

/** What dynalite has no place for. */
export interface TableSettings {
  /** Attribute (Number, seconds since 1970) after which an item may be deleted; absent: time to live is off. */
  readonly timeToLiveAttribute?: string;
  readonly pointInTimeRecovery?: boolean;
  readonly deletionProtection?: boolean;
}

const prefix = "settings~";

export interface SettingsOfTables {
  of(table: string): Promise<TableSettings>;
  set(table: string, settings: TableSettings): Promise<void>;
  remove(table: string): Promise<void>;
  readonly operations: Readonly<Record<string, (input: object) => Promise<object>>>;
}

/** Settings of tables, kept in the same database as the tables, and the API operations about them. */
export function settingsOfTables(store: Store): SettingsOfTables {
  async function of(table: string): Promise<TableSettings> {
    return ((await store.db.get(prefix + table)) ?? {}) as TableSettings;
  }

  async function set(table: string, value: TableSettings): Promise<void> {
    await store.db.batch([{ type: "put", key: prefix + table, value }]);
  }

  async function existingTable(input: object): Promise<string> {
    const { TableName } = check(store, "describeTable", input);
    await getTable(store, TableName);
    return TableName;
  }

  return {
    of,
    set,
    remove: (table) => store.db.batch([{ type: "del", key: prefix + table }]),

    operations: {
      async UpdateTimeToLive(input) {
        const table = await existingTable(input);
        const wanted = "TimeToLiveSpecification" in input ? input.TimeToLiveSpecification : undefined;
        if (
          !isRecord(wanted) ||
          typeof wanted.AttributeName !== "string" ||
          typeof wanted.Enabled !== "boolean"
        ) {
          throw validationException("TimeToLiveSpecification needs an AttributeName and Enabled");
        }
        const { timeToLiveAttribute, ...others } = await of(table);
        if (wanted.Enabled === (timeToLiveAttribute !== undefined)) {
          throw validationException(`TimeToLive is already ${wanted.Enabled ? "enabled" : "disabled"}`);
        }
        await set(table, { ...others, ...(wanted.Enabled && { timeToLiveAttribute: wanted.AttributeName }) });
        return { TimeToLiveSpecification: wanted };
      },

      async DescribeTimeToLive(input) {
        const { timeToLiveAttribute } = await of(await existingTable(input));
        return {
          TimeToLiveDescription:
            timeToLiveAttribute === undefined
              ? { TimeToLiveStatus: "DISABLED" }
              : { TimeToLiveStatus: "ENABLED", AttributeName: timeToLiveAttribute },
        };
      },

      /** Says what the table was made with; no backups are taken. */
      async DescribeContinuousBackups(input) {
        const { pointInTimeRecovery } = await of(await existingTable(input));
        const PointInTimeRecoveryStatus = pointInTimeRecovery ? "ENABLED" : "DISABLED";
        return {
          ContinuousBackupsDescription: {
            ContinuousBackupsStatus: "ENABLED",
            PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus },
          },
        };
      },
    },
  };
}

import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, type DoctorWords, problem, skipped, together } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

type Table = DeploymentView["tables"][number];

/** What makes a table anew that can be rebuilt; the others come back from a backup. */
const createOptions = {
  Sessions:
    "--attribute-definitions AttributeName=identity,AttributeType=B AttributeName=secretHash,AttributeType=B " +
    "--key-schema AttributeName=identity,KeyType=HASH AttributeName=secretHash,KeyType=RANGE",
  Attempts:
    "--attribute-definitions AttributeName=key,AttributeType=S --key-schema AttributeName=key,KeyType=HASH",
  SessionKeys:
    "--attribute-definitions AttributeName=identity,AttributeType=B --key-schema AttributeName=identity,KeyType=HASH",
} as const;

interface SettingToBe {
  readonly check: "time to live" | "backups";
  readonly setting: "timeToLive" | "pointInTimeRecovery";
  /** The AWS CLI's command that switches it on. */
  readonly switchOn: (tableName: string) => string;
}

const settings: readonly SettingToBe[] = [
  {
    check: "time to live",
    setting: "timeToLive",
    switchOn: (tableName) =>
      `dynamodb update-time-to-live --table-name ${tableName} --time-to-live-specification ` +
      "Enabled=true,AttributeName=expiresAt",
  },
  {
    check: "backups",
    setting: "pointInTimeRecovery",
    switchOn: (tableName) =>
      `dynamodb update-continuous-backups --table-name ${tableName} --point-in-time-recovery-specification ` +
      "PointInTimeRecoveryEnabled=true",
  },
];

export const presence = "tables";

/** Tables there, time to live, backups: one check each. */
export function tableChecks({ tables }: DeploymentView, commands: CommandsToRun): Check[] {
  const { words, askAgain } = commands;
  const there = tables.filter(({ state }) => state === "there");
  return [
    together(
      presence,
      tables.flatMap((table) => {
        if (table.state === "there") return [];
        return table.state === "missing"
          ? problem(presence, words.isMissing(nameOf(table)), makeAgain(table, commands))
          : problem(presence, words.notDescribed(nameOf(table), table.why), askAgain);
      }),
      words.thereAre(listed(there, words)),
      words,
    ),
    ...settings.map((toBe) => settingCheck(toBe, there, commands)),
  ];
}

/** Of the tables that are there and need it. */
function settingCheck(
  { check, setting, switchOn }: SettingToBe,
  there: readonly Table[],
  { onLaptop, deploy, aws, askAgain, words }: CommandsToRun,
): Check {
  const what = words.settings[setting];
  const needed = there.filter((table) => table[setting] !== "not needed");
  if (needed.length === 0) return skipped(check, presence, words);
  const problems = needed.flatMap((table) => {
    if (table[setting] === "on") return [];
    if (table[setting] === "unknown") {
      return problem(check, words.settingUnknown(what, nameOf(table)), askAgain);
    }
    const todo = onLaptop ? words.switchesItOn(deploy) : words.run(aws(switchOn(table.name)));
    return problem(check, words.settingOff(what, nameOf(table)), todo);
  });
  const fine = words.settingOn(what, listed(needed, words)) + protection(needed, words);
  return together(check, problems, fine, words);
}

function nameOf({ table, name }: Table): string {
  return `${table} (${name})`;
}

function listed(tables: readonly Table[], words: DoctorWords): string {
  return words.listed(tables.map(({ table }) => table));
}

/** Said and no more: it is off where the stack was deployed to be thrown away. */
function protection(tables: readonly Table[], words: DoctorWords): string {
  const known = tables.filter(({ deletionProtection }) => /^o(n|ff)$/.test(deletionProtection));
  if (known.length === 0) return "";
  const off = known.filter(({ deletionProtection }) => deletionProtection === "off");
  return off.length === 0 ? words.protected : words.unprotected(listed(off, words));
}

function makeAgain({ table, name }: Table, commands: CommandsToRun): string {
  const { words, aws, weappLogin, onLaptop, deploy } = commands;
  if (onLaptop) return words.makesTables(deploy);
  if (table === "Bindings" || table === "Accounts") {
    return words.restoreTable(
      name,
      aws("dynamodb list-backups --backup-type SYSTEM"),
      aws(`dynamodb restore-table-from-backup --target-table-name ${name} --backup-arn ARN`),
    );
  }
  const create = `dynamodb create-table --table-name ${name} --billing-mode PAY_PER_REQUEST ${createOptions[table]}`;
  return words.createTable(aws(create), weappLogin("doctor"));
}

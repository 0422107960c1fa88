import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, problem, skipped, together } from "./checks.ts";
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
  readonly check: string;
  readonly what: string;
  readonly setting: "timeToLive" | "pointInTimeRecovery";
  /** The AWS CLI's command that switches it on. */
  readonly switchOn: (tableName: string) => string;
}

const settings: readonly SettingToBe[] = [
  {
    check: "time to live",
    what: "time to live",
    setting: "timeToLive",
    switchOn: (tableName) =>
      `dynamodb update-time-to-live --table-name ${tableName} --time-to-live-specification ` +
      "Enabled=true,AttributeName=expiresAt",
  },
  {
    check: "backups",
    what: "point-in-time recovery",
    setting: "pointInTimeRecovery",
    switchOn: (tableName) =>
      `dynamodb update-continuous-backups --table-name ${tableName} --point-in-time-recovery-specification ` +
      "PointInTimeRecoveryEnabled=true",
  },
];

export const presence = "tables";

/** Tables there, time to live, backups: one check each. */
export function tableChecks({ tables }: DeploymentView, commands: CommandsToRun): Check[] {
  const there = tables.filter(({ state }) => state === "there");
  return [
    together(
      presence,
      tables.flatMap((table) => {
        if (table.state === "there") return [];
        return table.state === "missing"
          ? problem(presence, `${nameOf(table)} is missing`, makeAgain(table, commands))
          : problem(presence, `${nameOf(table)} cannot be described (${table.why})`, commands.askAgain);
      }),
      `${listed(there)} are there`,
    ),
    ...settings.map((toBe) => settingCheck(toBe, there, commands)),
  ];
}

/** Of the tables that are there and need it. */
function settingCheck(
  { check, what, setting, switchOn }: SettingToBe,
  there: readonly Table[],
  { onLaptop, deploy, aws, askAgain }: CommandsToRun,
): Check {
  const needed = there.filter((table) => table[setting] !== "not needed");
  if (needed.length === 0) return skipped(check, presence);
  const problems = needed.flatMap((table) => {
    if (table[setting] === "on") return [];
    if (table[setting] === "unknown") {
      return problem(check, `${what} of ${nameOf(table)} cannot be described`, askAgain);
    }
    const todo = onLaptop ? `${deploy} again, which switches it on` : aws(switchOn(table.name));
    return problem(check, `${what} of ${nameOf(table)} is off`, `run ${todo}`);
  });
  return together(check, problems, `${what} is on for ${listed(needed)}${protection(needed)}`);
}

function nameOf({ table, name }: Table): string {
  return `${table} (${name})`;
}

function listed(tables: readonly Table[]): string {
  return tables.map(({ table }) => table).join(", ");
}

/** Said and no more: it is off where the stack was deployed to be thrown away. */
function protection(tables: readonly Table[]): string {
  const known = tables.filter(({ deletionProtection }) => /^o(n|ff)$/.test(deletionProtection));
  if (known.length === 0) return "";
  const off = known.filter(({ deletionProtection }) => deletionProtection === "off");
  if (off.length === 0) return ", deletion protection too";
  return `, deletion protection is off for ${listed(off)}`;
}

function makeAgain({ table, name }: Table, commands: CommandsToRun): string {
  if (commands.onLaptop) return `run ${commands.deploy} again, which makes the tables`;
  if (table === "Bindings" || table === "Accounts") {
    const list = commands.aws("dynamodb list-backups --backup-type SYSTEM");
    const restore = commands.aws(
      `dynamodb restore-table-from-backup --target-table-name ${name} --backup-arn ARN`,
    );
    return `find the backup that DynamoDB took when ${name} was deleted with ${list}, and run ${restore}`;
  }
  const create = `dynamodb create-table --table-name ${name} --billing-mode PAY_PER_REQUEST ${createOptions[table]}`;
  return `run ${commands.aws(create)}, and then ${commands.weappLogin("doctor")} again`;
}

import type { DeploymentView } from "../functions/admin/requests.ts";
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
} as const;

/** Tables there, time to live, backups: one check each. */
export function tableChecks({ tables }: DeploymentView, commands: CommandsToRun): Check[] {
  const name = "tables";
  const nameOf = ({ table, name }: Table) => `${table} (${name})`;
  const missing = tables.filter(({ state }) => state === "missing");
  const unreadable = tables.filter(({ state }) => state === "unreadable");
  const there = tables.filter(({ state }) => state === "there");
  return [
    together(
      name,
      [
        ...missing.map((it) => problem(name, `${nameOf(it)} is missing`, makeAgain(it, commands))),
        ...unreadable.map((it) =>
          problem(
            name,
            `${nameOf(it)} cannot be described (${it.why})`,
            `run ${commands.deploy}, which grants it`,
          ),
        ),
      ],
      `${there.map(({ table }) => table).join(", ")} are there`,
    ),
    setting("time to live", name, there, "timeToLive", commands, (it) =>
      commands.aws(
        `dynamodb update-time-to-live --table-name ${it.name} --time-to-live-specification ` +
          "Enabled=true,AttributeName=expiresAt",
      ),
    ),
    setting("backups", name, there, "pointInTimeRecovery", commands, (it) =>
      commands.aws(
        `dynamodb update-continuous-backups --table-name ${it.name} --point-in-time-recovery-specification ` +
          "PointInTimeRecoveryEnabled=true",
      ),
    ),
  ];

  function setting(
    check: string,
    first: string,
    among: readonly Table[],
    which: "timeToLive" | "pointInTimeRecovery",
    { onLaptop, deploy }: CommandsToRun,
    switchOn: (table: Table) => string,
  ): Check {
    const needed = among.filter((it) => it[which] !== "not needed");
    if (needed.length === 0) return skipped(check, first);
    const what = which === "timeToLive" ? "time to live" : "point-in-time recovery";
    const on = needed.filter((it) => it[which] === "on");
    const problems = needed.flatMap((it) => {
      if (it[which] === "on") return [];
      if (it[which] === "unknown") {
        return problem(
          check,
          `${what} of ${nameOf(it)} cannot be described`,
          `run ${deploy}, which grants it`,
        );
      }
      return problem(
        check,
        `${what} of ${nameOf(it)} is off`,
        onLaptop ? `run ${deploy} again, which switches it on` : `run ${switchOn(it)}`,
      );
    });
    return together(
      check,
      problems,
      `${what} is on for ${on.map(({ table }) => table).join(", ")}${protection(on)}`,
    );
  }
}

/** Said and no more: it is off where the stack was deployed to be thrown away. */
function protection(tables: readonly Table[]): string {
  const known = tables.filter(({ deletionProtection }) => /^o(n|ff)$/.test(deletionProtection));
  if (known.length === 0) return "";
  const off = known.filter(({ deletionProtection }) => deletionProtection === "off");
  if (off.length === 0) return ", deletion protection too";
  return `, deletion protection is off for ${off.map(({ table }) => table).join(", ")}`;
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

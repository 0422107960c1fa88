import type { Command } from "commander";
import type { BindingView, IdentityView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { capital, count, printable, table } from "../output.ts";
import { confirmation } from "../questions.ts";
import {
  aboutIdentity,
  aboutSubject,
  type IdentityOptions,
  nameOf,
  readIdentity,
  readSubject,
  type SubjectOptions,
} from "./subject.ts";

/** `bindings …`: which WeChat identity belongs to which account. */
export function addBindingCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const bindings = program.command("bindings").description("find, remove and enable WeChat identities");

  aboutSubject(bindings.command("find").description("show who is bound to what")).action(
    async (options: SubjectOptions) => {
      const of = readSubject(options);
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "bindings.find", of });
      const none = `Nothing is bound to ${nameOf(of)}.`;
      output.done(answer, answer.bindings.length === 0 ? none : bindingsTable(answer.bindings));
    },
  );

  aboutSubject(bindings.command("remove").description("unbind; every session of the identities ends"))
    .option("--yes", "do not ask before it")
    .action(async (options: SubjectOptions & { yes?: boolean }) => {
      const of = readSubject(options);
      const confirm = confirmation(terminal, options.yes);
      const { admin, apiUrl } = await context.deployment();
      await confirm(async () => {
        const found = await admin.ask({ action: "bindings.find", of });
        return (
          `Unbind ${nameOf(of)} (${count(found.bindings.length, "binding")}) at ${apiUrl}? Every session ends, and ` +
          "the next login needs username and password."
        );
      });
      const answer = await admin.ask({ action: "bindings.remove", of });
      const ended = `Unbound ${nameOf(of)}: ${count(answer.unbound, "binding")} ended, with every session.`;
      output.done(answer, [ended, ...(answer.stillDisabled ?? []).map(saysThatItStaysDisabled)].join("\n"));
    });

  aboutIdentity(
    bindings.command("enable").description("let an identity in again that was disabled and is unbound now"),
  ).action(async (options: IdentityOptions) => {
    const of = readIdentity(options);
    const { admin } = await context.deployment();
    const answer = await admin.ask({ action: "bindings.enable", of });
    output.done(answer, `Enabled ${nameOf(of)}. It is bound to nobody: whoever logs in with it binds anew.`);
  });
}

function saysThatItStaysDisabled({ appId, openid }: IdentityView): string {
  const command = `bindings enable --openid ${openid} --app-id ${appId}`;
  return `${capital(nameOf({ openid }))} stays disabled, until \`${printable(command)}\`.`;
}

export function bindingsTable(bindings: readonly BindingView[]): string {
  const withUnionid = bindings.some(({ unionid }) => unionid !== undefined);
  const row = (cells: readonly string[], unionid: string) => (withUnionid ? [...cells, unionid] : cells);
  return table(
    row(["appId", "openid", "userId", "bound at", "state"], "unionid"),
    bindings.map(({ appId, openid, userId, boundAt, disabled, unionid }) =>
      row([appId, openid, userId, boundAt, disabled ? "disabled" : "enabled"], unionid ?? "-"),
    ),
  );
}

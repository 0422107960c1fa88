import type { Command } from "commander";
import type { BindingView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { count, table } from "../output.ts";
import { confirmation } from "../questions.ts";
import { aboutSubject, nameOf, readSubject, type SubjectOptions } from "./subject.ts";

/** `bindings …`: which WeChat identity belongs to which account. */
export function addBindingCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const bindings = program.command("bindings").description("find and remove bindings of WeChat identities");

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
      output.done(
        answer,
        `Unbound ${nameOf(of)}: ${count(answer.unbound, "binding")} ended, with every session.`,
      );
    });
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

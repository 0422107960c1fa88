import type { Command } from "commander";
import type { BindingView, IdentityView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { capital, count, printable, table } from "../output.ts";
import { confirmation } from "../questions.ts";
import {
  aboutIdentity,
  aboutSubject,
  type IdentityOptions,
  nameOf,
  type PhoneOption,
  readIdentity,
  readSubject,
  readSubjectOrNumber,
  type SubjectOptions,
} from "./subject.ts";

/** `bindings …`: which WeChat identity belongs to which account. */
export function addBindingCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const bindings = program
    .command("bindings")
    .description("find, remove, enable and allow WeChat identities");

  aboutSubject(bindings.command("find").description("show who is bound to what"))
    .option("--phone <number>", "everybody bound to the account with this phone number")
    .action(async (options: SubjectOptions & PhoneOption) => {
      const of = readSubjectOrNumber(options);
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "bindings.find", of });
      const none = `Nothing is bound to ${nameOf(of)}.`;
      output.done(answer, answer.bindings.length === 0 ? none : bindingsTable(answer.bindings));
    });

  bindings
    .command("allow")
    .description("let another WeChat identity bind by an account's phone number: once, within a day")
    .option("--user <userId>", "the account, by its userId")
    .option("--phone <number>", "the account, by its phone number")
    .option("--app-id <appId>", "the mini-program, where the deployment serves several")
    .action(async ({ user, phone, appId }: { user?: string; phone?: string; appId?: string }) => {
      const ofApp = appId !== undefined && { appId };
      if ((user === undefined) === (phone === undefined)) throw usage("Give either --user or --phone.");
      const of = user === undefined ? { phoneNumber: phone ?? "", ...ofApp } : { userId: user, ...ofApp };
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "bindings.allow", of });
      output.done(
        answer,
        `Until ${answer.until}, one more WeChat identity may bind to ${nameOf(answer)} by its phone number: make sure ` +
          "that the number is still the same person's. One that the account has already must be unbound first.",
      );
    });

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
  const known = (["phoneNumber", "unionid"] as const).filter((name) =>
    bindings.some((binding) => binding[name] !== undefined),
  );
  const heading = { phoneNumber: "number at WeChat", unionid: "unionid" };
  return table(
    ["appId", "openid", "userId", "bound at", "state", ...known.map((name) => heading[name])],
    bindings.map((binding) => {
      const { appId, openid, userId, boundAt, disabled } = binding;
      const more = known.map((name) => binding[name] ?? "-");
      return [appId, openid, userId, boundAt, disabled ? "disabled" : "enabled", ...more];
    }),
  );
}

import type { Command } from "commander";
import type { BindingView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { printable, table } from "../layout.ts";
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
  const { terminal, output, messages, time } = context;
  const { help, results } = messages;
  const bindings = program.command("bindings").description(help.bindings);

  aboutSubject(bindings.command("find").description(help.bindingsFind), messages)
    .option("--phone <number>", help.boundByPhone)
    .action(async (options: SubjectOptions & PhoneOption) => {
      const of = readSubjectOrNumber(options);
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "bindings.find", of });
      const none = results.nothingBound(nameOf(of, messages));
      output.done(answer, answer.bindings.length === 0 ? none : bindingsTable(answer.bindings, context));
    });

  bindings
    .command("allow")
    .description(help.bindingsAllow)
    .option("--user <userId>", help.accountByUserId)
    .option("--phone <number>", help.accountByPhone)
    .option("--app-id <appId>", help.whichApp)
    .action(async ({ user, phone, appId }: { user?: string; phone?: string; appId?: string }) => {
      const ofApp = appId !== undefined && { appId };
      if ((user === undefined) === (phone === undefined)) {
        throw usage(({ failures }) => failures.eitherUserOrPhone);
      }
      const of = user === undefined ? { phoneNumber: phone ?? "", ...ofApp } : { userId: user, ...ofApp };
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "bindings.allow", of });
      output.done(answer, results.allowed(nameOf(answer, messages), time(answer.until)));
    });

  aboutSubject(bindings.command("remove").description(help.bindingsRemove), messages)
    .option("--yes", help.yes)
    .action(async (options: SubjectOptions & { yes?: boolean }) => {
      const of = readSubject(options);
      const name = nameOf(of, messages);
      const confirm = confirmation(terminal, options.yes);
      const { admin, apiUrl } = await context.deployment();
      await confirm(async () => {
        const found = await admin.ask({ action: "bindings.find", of });
        return results.unbind(name, apiUrl, found.bindings.length);
      });
      const answer = await admin.ask({ action: "bindings.remove", of });
      const stillDisabled = (answer.stillDisabled ?? []).map(({ appId, openid }) => {
        const command = printable(`bindings enable --openid ${openid} --app-id ${appId}`);
        return results.staysDisabled(nameOf({ openid }, messages), command);
      });
      output.done(answer, [results.unbound(name, answer.unbound), ...stillDisabled].join("\n"));
    });

  aboutIdentity(bindings.command("enable").description(help.bindingsEnable), messages).action(
    async (options: IdentityOptions) => {
      const of = readIdentity(options);
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "bindings.enable", of });
      output.done(answer, results.identityEnabled(nameOf(of, messages)));
    },
  );
}

export function bindingsTable(
  bindings: readonly BindingView[],
  { messages: { results }, output, time }: Context,
): string {
  const known = (["phoneNumber", "unionid"] as const).filter((name) =>
    bindings.some((binding) => binding[name] !== undefined),
  );
  const heading = { phoneNumber: results.numberAtWeChat, unionid: "unionid" };
  return table(
    ["appId", "openid", "userId", results.boundAt, results.state, ...known.map((name) => heading[name])],
    bindings.map((binding) => {
      const { appId, openid, userId, boundAt, disabled } = binding;
      const more = known.map((name) => binding[name] ?? "-");
      return [appId, openid, userId, time(boundAt), disabled ? results.disabled : results.enabled, ...more];
    }),
    output.width,
  );
}

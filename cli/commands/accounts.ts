import type { Command } from "commander";
import type { AccountView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { fields, printable } from "../layout.ts";
import { confirmation, newPassword } from "../questions.ts";
import type { Deployment } from "../target.ts";
import { bindingsTable } from "./bindings.ts";
import { addImportCommand } from "./import.ts";
import { nameOf as nameOfSubject } from "./subject.ts";

interface Confirmable {
  readonly yes?: boolean;
}

/** `accounts …`: the built-in accounts. */
export function addAccountCommands(program: Command, context: Context): void {
  const { terminal, output, messages } = context;
  const { help, results } = messages;
  const accounts = program.command("accounts").description(help.accounts);
  const account = ["<account>", help.account] as const;
  const yes = ["--yes", help.yes] as const;
  const nameOf = ({ username, userId }: AccountView) =>
    username === undefined
      ? nameOfSubject({ userId }, messages)
      : printable(results.account(username, userId));

  accounts
    .command("add")
    .description(help.accountsAdd)
    .argument("<username>", help.username)
    .option("--user-id <userId>", help.userId)
    .option("--phone <number>", help.phone)
    .action(async (username: string, { userId, phone }: { userId?: string; phone?: string }) => {
      const { admin } = await context.deployment();
      const password = await newPassword(terminal, username, messages);
      const answer = await admin.ask({
        action: "accounts.add",
        username,
        ...(userId !== undefined && { userId }),
        ...(phone !== undefined && { phoneNumber: phone }),
        password,
      });
      output.done(answer, results.added(nameOf(answer.account)));
    });

  addImportCommand(accounts, context);

  accounts
    .command("passwd")
    .description(help.accountsPasswd)
    .argument(...account)
    .option(...yes)
    .action(async (account: string, options: Confirmable) => {
      const confirm = confirmation(terminal, options.yes);
      const deployment = await context.deployment();
      await confirm(async () => {
        const shown = await show(deployment, account);
        return results.changePassword(nameOf(shown), deployment.apiUrl, shown.bindings.length);
      });
      const password = await newPassword(terminal, account, messages);
      const answer = await deployment.admin.ask({ action: "accounts.passwd", account, password });
      output.done(answer, results.passwordChanged(nameOf(answer.account), answer.unbound));
    });

  accounts
    .command("phone")
    .description(help.accountsPhone)
    .argument(...account)
    .argument("[number]", help.number)
    .option("--remove", help.removeNumber)
    .action(async (account: string, number: string | undefined, { remove }: { remove?: boolean }) => {
      if ((number !== undefined) === (remove === true)) {
        throw usage(({ failures }) => failures.eitherNumberOrRemove);
      }
      const { admin } = await context.deployment();
      if (number === undefined) {
        const answer = await admin.ask({ action: "accounts.removePhone", account });
        output.done(answer, results.numberRemoved(printable(account)));
        return;
      }
      const answer = await admin.ask({ action: "accounts.phone", account, phoneNumber: number });
      output.done(answer, results.numberGiven(nameOf(answer.account), printable(number)));
    });

  accounts
    .command("disable")
    .description(help.accountsDisable)
    .argument(...account)
    .action(async (account: string) => {
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "accounts.disable", account });
      const { bindings } = answer.account;
      output.done(answer, results.accountDisabled(nameOf(answer.account), bindings.length));
    });

  accounts
    .command("enable")
    .description(help.accountsEnable)
    .argument(...account)
    .action(async (account: string) => {
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "accounts.enable", account });
      output.done(answer, results.accountEnabled(nameOf(answer.account)));
    });

  accounts
    .command("show")
    .description(help.accountsShow)
    .argument(...account)
    .action(async (account: string) => {
      const shown = await show(await context.deployment(), account);
      output.done({ account: shown }, describe(shown, context));
    });

  accounts
    .command("remove")
    .description(help.accountsRemove)
    .argument(...account)
    .option(...yes)
    .action(async (account: string, options: Confirmable) => {
      const confirm = confirmation(terminal, options.yes);
      const deployment = await context.deployment();
      await confirm(async () => {
        const shown = await show(deployment, account);
        return results.removeAccount(nameOf(shown), deployment.apiUrl, shown.bindings.length);
      });
      const answer = await deployment.admin.ask({ action: "accounts.remove", account });
      output.done(answer, results.accountRemoved(printable(account), answer.unbound));
    });
}

async function show({ admin }: Deployment, account: string): Promise<AccountView> {
  return (await admin.ask({ action: "accounts.show", account })).account;
}

function describe(account: AccountView, context: Context): string {
  const { username, userId, phoneNumber, disabled, bindings } = account;
  const { results } = context.messages;
  const facts = fields([
    ...(username === undefined ? [] : [[results.username, username] as const]),
    ["userId", userId],
    ...(phoneNumber === undefined ? [] : [[results.phoneNumber, phoneNumber] as const]),
    [results.state, disabled ? results.disabled : results.enabled],
    [results.bindings, String(bindings.length)],
  ]);
  return bindings.length === 0 ? facts : `${facts}\n\n${bindingsTable(bindings, context)}`;
}

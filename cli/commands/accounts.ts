import type { Command } from "commander";
import type { AccountView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { count, fields, printable } from "../output.ts";
import { confirmation, newPassword } from "../questions.ts";
import type { Deployment } from "../target.ts";
import { bindingsTable } from "./bindings.ts";
import { addImportCommand } from "./import.ts";

interface Confirmable {
  readonly yes?: boolean;
}

const yes = ["--yes", "do not ask before it"] as const;
const account = ["<account>", "its username; without built-in accounts its userId"] as const;

/** `accounts …`: the built-in accounts. */
export function addAccountCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const accounts = program.command("accounts").description("add, import, change and remove accounts");

  accounts
    .command("add")
    .description("add an account; its password is typed, or read from standard input")
    .argument("<username>", "what the person types at the first login")
    .option("--user-id <userId>", "who that is in your own systems (default: a new one)")
    .option("--phone <number>", "a phone number, +86… and the like, that nobody else has")
    .action(async (username: string, { userId, phone }: { userId?: string; phone?: string }) => {
      const { admin } = await context.deployment();
      const password = await newPassword(terminal, username);
      const answer = await admin.ask({
        action: "accounts.add",
        username,
        ...(userId !== undefined && { userId }),
        ...(phone !== undefined && { phoneNumber: phone }),
        password,
      });
      output.done(answer, `Added ${nameOf(answer.account)}.`);
    });

  addImportCommand(accounts, context);

  accounts
    .command("passwd")
    .description("change a password; ends the account's bindings and sessions")
    .argument(...account)
    .option(...yes)
    .action(async (account: string, options: Confirmable) => {
      const confirm = confirmation(terminal, options.yes);
      const deployment = await context.deployment();
      await confirm(async () => {
        const shown = await show(deployment, account);
        return (
          `Change the password of ${nameOf(shown)} at ${deployment.apiUrl}? Its ` +
          `${bindingsOf(shown)} and every session end: whoever is logged in needs the new password.`
        );
      });
      const password = await newPassword(terminal, account);
      const answer = await deployment.admin.ask({ action: "accounts.passwd", account, password });
      output.done(
        answer,
        `Changed the password of ${nameOf(answer.account)}. ${ended(answer.unbound)}, with every session: the next ` +
          "login needs the new password.",
      );
    });

  accounts
    .command("phone")
    .description("give an account a phone number, or take it; bindings and sessions stay")
    .argument(...account)
    .argument("[number]", "+86… and the like, in the place of the one it has")
    .option("--remove", "take the number it has: nobody is bound by it any more")
    .action(async (account: string, number: string | undefined, { remove }: { remove?: boolean }) => {
      if ((number === undefined) !== (remove === true)) throw usage("Give either a number or --remove.");
      const { admin } = await context.deployment();
      if (number === undefined) {
        const answer = await admin.ask({ action: "accounts.removePhone", account });
        output.done(
          answer,
          `${printable(account)} has no phone number any more: nobody is bound by it, and it is free for another account.`,
        );
        return;
      }
      const answer = await admin.ask({ action: "accounts.phone", account, phoneNumber: number });
      output.done(
        answer,
        `${nameOf(answer.account)} has the phone number ${printable(number)} now. Whoever was bound stays bound.`,
      );
    });

  accounts
    .command("disable")
    .description("end every session, and let nobody in until it is enabled")
    .argument(...account)
    .action(async (account: string) => {
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "accounts.disable", account });
      output.done(
        answer,
        `Disabled ${nameOf(answer.account)}. Every session has ended and nobody gets in; its ` +
          `${bindingsOf(answer.account)} will do again after \`accounts enable\`.`,
      );
    });

  accounts
    .command("enable")
    .description("let a disabled account in again")
    .argument(...account)
    .action(async (account: string) => {
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "accounts.enable", account });
      output.done(answer, `Enabled ${nameOf(answer.account)}. The next login, silent or not, gets in.`);
    });

  accounts
    .command("show")
    .description("show an account and what is bound to it")
    .argument(...account)
    .action(async (account: string) => {
      const shown = await show(await context.deployment(), account);
      output.done({ account: shown }, describe(shown));
    });

  accounts
    .command("remove")
    .description("remove an account, its bindings and its sessions")
    .argument(...account)
    .option(...yes)
    .action(async (account: string, options: Confirmable) => {
      const confirm = confirmation(terminal, options.yes);
      const deployment = await context.deployment();
      await confirm(async () => {
        const shown = await show(deployment, account);
        return (
          `Remove ${nameOf(shown)} at ${deployment.apiUrl}? Its ${bindingsOf(shown)} and every session end ` +
          "with it, and it cannot be undone."
        );
      });
      const answer = await deployment.admin.ask({ action: "accounts.remove", account });
      output.done(answer, `Removed ${printable(account)}. ${ended(answer.unbound)}, with every session.`);
    });
}

async function show({ admin }: Deployment, account: string): Promise<AccountView> {
  return (await admin.ask({ action: "accounts.show", account })).account;
}

function nameOf({ username, userId }: AccountView): string {
  return printable(username === undefined ? `the userId ${userId}` : `${username} (userId ${userId})`);
}

function bindingsOf({ bindings }: AccountView): string {
  return count(bindings.length, "binding");
}

function ended(unbound: number): string {
  return `${count(unbound, "binding")} ended`;
}

function describe({ username, userId, phoneNumber, disabled, bindings }: AccountView): string {
  const facts = fields([
    ...(username === undefined ? [] : [["username", username] as const]),
    ["userId", userId],
    ...(phoneNumber === undefined ? [] : [["phone number", phoneNumber] as const]),
    ["state", disabled ? "disabled" : "enabled"],
    ["bindings", String(bindings.length)],
  ]);
  return bindings.length === 0 ? facts : `${facts}\n\n${bindingsTable(bindings)}`;
}

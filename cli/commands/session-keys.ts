import type { Command } from "commander";
import type { Context } from "../context.ts";
import { confirmation } from "../questions.ts";
import { aboutIdentity, type IdentityOptions, nameOf, readIdentity } from "./subject.ts";

/** `session-key …`: what open data are decrypted with. */
export function addSessionKeyCommands(program: Command, context: Context): void {
  const { terminal, output, messages } = context;
  const { help, results } = messages;
  const sessionKey = program.command("session-key").description(help.sessionKey);

  aboutIdentity(sessionKey.command("check").description(help.sessionKeyCheck), messages).action(
    async (options: IdentityOptions) => {
      const of = readIdentity(options);
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "sessionKey.check", of });
      output.done(answer, results.sessionKey[answer.state](nameOf(of, messages)));
    },
  );

  aboutIdentity(sessionKey.command("reset").description(help.sessionKeyReset), messages)
    .option("--yes", help.yes)
    .action(async (options: IdentityOptions & { yes?: boolean }) => {
      const of = readIdentity(options);
      const confirm = confirmation(terminal, options.yes);
      const { admin, apiUrl } = await context.deployment();
      await confirm(async () => results.resetSessionKey(nameOf(of, messages), apiUrl));
      const answer = await admin.ask({ action: "sessionKey.reset", of });
      output.done(answer, results.sessionKeyReset(nameOf(of, messages)));
    });
}

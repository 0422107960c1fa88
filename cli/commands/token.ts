import type { Command } from "commander";
import type { Context } from "../context.ts";
import { printable } from "../layout.ts";
import { confirmation } from "../questions.ts";

/** `token …`: WeChat's access token, which all servers of a mini-program share. */
export function addTokenCommands(program: Command, context: Context): void {
  const { terminal, output, messages, time } = context;
  const { help, results } = messages;
  const tokens = program.command("token").description(help.token);

  tokens
    .command("refresh")
    .description(help.tokenRefresh)
    .option("--app-id <appId>", help.whichApp)
    .option("--yes", help.yes)
    .action(async ({ appId, yes }: { appId?: string; yes?: boolean }) => {
      const confirm = confirmation(terminal, yes);
      const { admin, apiUrl } = await context.deployment();
      await confirm(async () => results.refreshToken(appId && printable(appId), apiUrl));
      const answer = await admin.ask({ action: "token.refresh", ...(appId !== undefined && { appId }) });
      output.done(answer, results.tokenRefreshed(printable(answer.appId), time(answer.expiresAt)));
    });
}

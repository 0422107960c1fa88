import type { Command } from "commander";
import type { Context } from "../context.ts";
import { printable } from "../output.ts";
import { confirmation } from "../questions.ts";

/** `token …`: WeChat's access token, which all servers of a mini-program share. */
export function addTokenCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const tokens = program.command("token").description("end an access token that leaked");

  tokens
    .command("refresh")
    .description("have WeChat end the access token for everybody and issue another")
    .option("--app-id <appId>", "which mini-program, where the deployment serves several")
    .option("--yes", "do not ask before it")
    .action(async ({ appId, yes }: { appId?: string; yes?: boolean }) => {
      const confirm = confirmation(terminal, yes);
      const { admin, apiUrl } = await context.deployment();
      await confirm(
        async () =>
          `End the access token of ${printable(appId ?? "the mini-program")} at ${apiUrl}? Every server that has it must ` +
          "ask for another, and WeChat does this 20 times a day at most.",
      );
      const answer = await admin.ask({ action: "token.refresh", ...(appId !== undefined && { appId }) });
      output.done(
        answer,
        `WeChat has ended the access token of ${printable(answer.appId)} and issued another, good until ` +
          `${answer.expiresAt}. The functions, and whoever calls \`accessToken()\`, take it up at their next call.`,
      );
    });
}

import type { Command } from "commander";
import type { Context } from "../context.ts";
import { capital } from "../output.ts";
import { confirmation } from "../questions.ts";
import { aboutIdentity, type IdentityOptions, nameOf, readIdentity } from "./subject.ts";

const states = {
  valid: "A session_key of {} is kept that WeChat takes for the present one: open data can be opened.",
  stale: "No session_key of {} is kept that WeChat takes for the present one: the next login brings it.",
  none: "No session_key of {} is kept: it has not logged in for as long as a session lives.",
} as const;

/** `session-key …`: what open data are opened with. */
export function addSessionKeyCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const sessionKey = program.command("session-key").description("check and reset WeChat's session_keys");

  aboutIdentity(
    sessionKey.command("check").description("ask WeChat whether one that is kept is good"),
  ).action(async (options: IdentityOptions) => {
    const of = readIdentity(options);
    const { admin } = await context.deployment();
    const answer = await admin.ask({ action: "sessionKey.check", of });
    output.done(answer, states[answer.state].replace("{}", nameOf(of)));
  });

  aboutIdentity(
    sessionKey
      .command("reset")
      .description("have WeChat give another one, after one leaked; the old ones are dropped"),
  )
    .option("--yes", "do not ask before it")
    .action(async (options: IdentityOptions & { yes?: boolean }) => {
      const of = readIdentity(options);
      const confirm = confirmation(terminal, options.yes);
      const { admin, apiUrl } = await context.deployment();
      await confirm(
        async () =>
          `Reset the session_key of ${nameOf(of)} at ${apiUrl}? Open data that are on their way are lost.`,
      );
      const answer = await admin.ask({ action: "sessionKey.reset", of });
      output.done(answer, `${capital(nameOf(of))} has another session_key, and only that one is kept.`);
    });
}

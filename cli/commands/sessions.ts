import type { Command } from "commander";
import type { SessionView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { printable, table } from "../layout.ts";
import { confirmation } from "../questions.ts";
import { aboutSubject, nameOf, readSubject, type SubjectOptions } from "./subject.ts";

/** `sessions …`: who is logged in. */
export function addSessionCommands(program: Command, context: Context): void {
  const { terminal, output, messages } = context;
  const { help, results } = messages;
  const sessions = program.command("sessions").description(help.sessions);

  aboutSubject(sessions.command("list").description(help.sessionsList), messages).action(
    async (options: SubjectOptions) => {
      const of = readSubject(options);
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "sessions.list", of });
      const none = results.noSessions(nameOf(of, messages));
      const shown = answer.sessions.length === 0 ? none : sessionsTable(answer.sessions, context);
      output.done(answer, answer.more ? `${shown}\n\n${results.moreSessions}` : shown);
    },
  );

  aboutSubject(sessions.command("revoke").description(help.sessionsRevoke), messages)
    .option("--id <id>", help.sessionId)
    .option("--yes", help.yesToAll)
    .action(async ({ id, yes, ...options }: SubjectOptions & { id?: string; yes?: boolean }) => {
      const of = readSubject(options);
      const name = nameOf(of, messages);
      const confirm = confirmation(terminal, yes || id !== undefined);
      const { admin, apiUrl } = await context.deployment();
      await confirm(async () => {
        const open = await admin.ask({ action: "sessions.list", of });
        return results.revokeSessions(name, apiUrl, open.sessions.length);
      });
      const answer = await admin.ask({ action: "sessions.revoke", of, ...(id !== undefined && { id }) });
      const ended =
        id === undefined
          ? results.sessionsRevoked(name, answer.revoked)
          : results.sessionRevoked(name, printable(id));
      output.done(answer, `${ended}\n${results.canLogInAgain}`);
    });
}

function sessionsTable(
  sessions: readonly SessionView[],
  { messages: { results }, output, time }: Context,
): string {
  return table(
    ["id", results.created, results.expires, results.device, "appId", "openid"],
    sessions.map(({ id, createdAt, expiresAt, device, appId, openid }) => [
      id,
      time(createdAt),
      time(expiresAt),
      device ?? "-",
      appId,
      openid,
    ]),
    output.width,
  );
}

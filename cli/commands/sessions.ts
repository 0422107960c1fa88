import type { Command } from "commander";
import type { SessionView } from "../../contract/operator-shapes.ts";
import type { Context } from "../context.ts";
import { capital, count, printable, table } from "../output.ts";
import { confirmation } from "../questions.ts";
import { aboutSubject, nameOf, readSubject, type SubjectOptions } from "./subject.ts";

/** `sessions …`: who is logged in. */
export function addSessionCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const sessions = program.command("sessions").description("list and end sessions");

  aboutSubject(sessions.command("list").description("show the open sessions")).action(
    async (options: SubjectOptions) => {
      const of = readSubject(options);
      const { admin } = await context.deployment();
      const answer = await admin.ask({ action: "sessions.list", of });
      const none = `${capital(nameOf(of))} has no open session.`;
      const more = "There are more than are listed; `sessions revoke` without an id ends them all.";
      const shown = answer.sessions.length === 0 ? none : sessionsTable(answer.sessions);
      output.done(answer, answer.more ? `${shown}\n\n${more}` : shown);
    },
  );

  aboutSubject(sessions.command("revoke").description("end every session, or one; bindings stay"))
    .option("--id <id>", "only this session, as `sessions list` names it")
    .option("--yes", "do not ask before all of them are ended")
    .action(async ({ id, yes, ...options }: SubjectOptions & { id?: string; yes?: boolean }) => {
      const of = readSubject(options);
      const confirm = confirmation(terminal, yes || id !== undefined);
      const { admin, apiUrl } = await context.deployment();
      await confirm(async () => {
        const open = await admin.ask({ action: "sessions.list", of });
        return (
          `End every session of ${nameOf(of)} (${open.sessions.length} open) at ${apiUrl}? Bindings stay: the next ` +
          "silent login opens a new one."
        );
      });
      const answer = await admin.ask({ action: "sessions.revoke", of, ...(id !== undefined && { id }) });
      output.done(
        answer,
        id === undefined
          ? `Ended every session of ${nameOf(of)} (${count(answer.revoked, "identity", "identities")}).`
          : `Ended the session ${printable(id)} of ${nameOf(of)}.`,
      );
    });
}

function sessionsTable(sessions: readonly SessionView[]): string {
  return table(
    ["id", "created", "expires", "device", "appId", "openid"],
    sessions.map(({ id, createdAt, expiresAt, device, appId, openid }) => [
      id,
      createdAt,
      expiresAt,
      device ?? "-",
      appId,
      openid,
    ]),
  );
}

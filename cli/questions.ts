import { Failure, usage } from "./failure.ts";
import { printable } from "./layout.ts";
import type { Messages } from "./messages/english.ts";
import type { Terminal } from "./terminal.ts";

/** A password for an account: typed twice, or piped in. */
export async function newPassword(
  terminal: Terminal,
  username: string,
  { results }: Messages,
): Promise<string> {
  if (!terminal.interactive) return piped(terminal, "password");
  for (;;) {
    const password = await terminal.askHidden(results.newPassword(printable(username)));
    if (password === "") terminal.screen.write(`${results.isEmpty}\n`);
    else if (password === (await terminal.askHidden(results.again))) return password;
    else terminal.screen.write(`${results.differ}\n`);
  }
}

type Secret = "AppSecret" | "New AppSecret";

/** Something secret that is typed once, or piped in. */
export async function secret(terminal: Terminal, name: Secret, { results }: Messages): Promise<string> {
  if (!terminal.interactive) return piped(terminal, name);
  return terminal.askHidden(name === "AppSecret" ? results.appSecret : results.newAppSecret);
}

async function piped(terminal: Terminal, what: Secret | "password"): Promise<string> {
  const line = await terminal.readLine();
  if (line === "") throw usage(({ failures }) => failures.emptyInput(what));
  return line;
}

/**
 * To be called before anything is done, because it refuses at once where nobody can be asked. The question itself is
 * only put together when it is asked; anything but a yes ends the command.
 */
export function confirmation(terminal: Terminal, yes: boolean | undefined) {
  if (!yes && !terminal.interactive) {
    throw usage(({ failures }) => failures.needsYes);
  }
  return async (question: () => Promise<string>): Promise<void> => {
    if (yes) return;
    const answer = await terminal.ask(`${await question()} [y/N] `);
    if (!/^\s*y(es)?\s*$/i.test(answer))
      throw new Failure("not_confirmed", ({ failures }) => failures.notConfirmed);
  };
}

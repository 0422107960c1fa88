import { Failure, usage } from "./failure.ts";
import { printable } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** A password for an account: typed twice, or piped in. */
export async function newPassword(terminal: Terminal, username: string): Promise<string> {
  if (!terminal.interactive) return piped(terminal, "the password");
  for (;;) {
    const password = await terminal.askHidden(`New password of ${printable(username)}: `);
    if (password === "") terminal.screen.write("It is empty.\n");
    else if (password === (await terminal.askHidden("The same again: "))) return password;
    else terminal.screen.write("The two differ. Once more, please.\n");
  }
}

/** Something secret that is typed once, or piped in. */
export async function secret(terminal: Terminal, name: string): Promise<string> {
  return terminal.interactive ? terminal.askHidden(`${name}: `) : piped(terminal, `the ${name}`);
}

async function piped(terminal: Terminal, what: string): Promise<string> {
  const line = await terminal.readLine();
  if (line === "") throw usage(`Nothing came on standard input, where ${what} is read from: pipe it in.`);
  return line;
}

/**
 * To be called before anything is done, because it refuses at once where nobody can be asked. The question itself is
 * only put together when it is asked; anything but a yes ends the command.
 */
export function confirmation(terminal: Terminal, yes: boolean | undefined) {
  if (!yes && !terminal.interactive) {
    throw usage(
      "This asks before it does what cannot be undone, and standard input is not a terminal: add --yes.",
    );
  }
  return async (question: () => Promise<string>): Promise<void> => {
    if (yes) return;
    const answer = await terminal.ask(`${await question()} [y/N] `);
    if (!/^\s*y(es)?\s*$/i.test(answer)) throw new Failure("not_confirmed", "Nothing was changed.");
  };
}

import { setTimeout as pause } from "node:timers/promises";
import { run } from "./program.ts";
import { terminal } from "./terminal.ts";

void main();

/** Not awaited at the top level, so that `require` can load this file. */
async function main(): Promise<void> {
  const interruption = new AbortController();
  let interruptedAt = 0;
  process.on("SIGINT", () => {
    // npm passes on the signal that the terminal sends to everybody, so one Ctrl-C can arrive twice. A real second one
    // ends whatever still hangs.
    if (interruption.signal.aborted && performance.now() - interruptedAt > 1000) process.exit(130);
    if (!interruption.signal.aborted) interruptedAt = performance.now();
    interruption.abort();
  });
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as `head`, is nobody's failure.
    if (error.code !== "EPIPE") throw error;
  });
  const keyboard = terminal(process.stdin, process.stderr, interruption.signal);
  process.exitCode = await run(process.argv.slice(2), {
    terminal: keyboard,
    output: process.stdout,
    signal: interruption.signal,
    clock: () => performance.now(),
    now: Date.now,
    locale: process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG,
    pause: async (milliseconds) => {
      await pause(milliseconds, undefined, { signal: interruption.signal }).catch(() => {});
    },
  });
  keyboard.close();
}

import type { ImportCounts } from "./import-accounts.ts";
import { grouped, widthOf } from "./layout.ts";
import type { Messages } from "./messages/english.ts";
import { columnsOf } from "./output.ts";
import type { Screen } from "./terminal.ts";
import { duration } from "./times.ts";

export interface Progress {
  update(counts: ImportCounts): void;
  end(): void;
}

/** On a terminal one line that changes ten times a second at most; elsewhere, in a log, a line now and then. */
const everyMs = { terminal: 100, elsewhere: 10_000 };

export function progress(screen: Screen, total: number, clock: () => number, messages: Messages): Progress {
  const startedAt = clock();
  const every = screen.isTTY ? everyMs.terminal : everyMs.elsewhere;
  let lastAt = screen.isTTY ? Number.NEGATIVE_INFINITY : startedAt;
  return {
    update(counts) {
      const now = clock();
      if (now - lastAt < every) return;
      lastAt = now;
      const line = progressLine(counts, total, now - startedAt, messages);
      screen.write(screen.isTTY ? `\r${shortened(line, columnsOf(screen) - 1)}\u001b[K` : `${line}\n`);
    },
    end() {
      if (screen.isTTY) screen.write("\r\u001b[K");
    },
  };
}

/** `1,200/2,000  1,180 added  12 unchanged  8 bad  240/s  4 s left` */
function progressLine(counts: ImportCounts, total: number, elapsedMs: number, messages: Messages): string {
  const { done } = counts;
  const { results } = messages;
  const parts = [`${grouped(done)}/${grouped(total)}`, ...results.progress(counts)];
  if (done > 0 && elapsedMs > 0) {
    const perSecond = (done / elapsedMs) * 1000;
    parts.push(
      results.perSecond(Math.round(perSecond)),
      results.left(duration((total - done) / perSecond, messages)),
    );
  }
  return parts.join("  ");
}

/** What of it has room on one line. */
function shortened(line: string, width: number): string {
  let shown = "";
  for (const character of line) {
    if (widthOf(shown + character) > width) break;
    shown += character;
  }
  return shown;
}

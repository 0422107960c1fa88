import type { ImportCounts } from "./import-accounts.ts";
import { grouped } from "./output.ts";
import type { Screen } from "./terminal.ts";

export interface Progress {
  update(counts: ImportCounts): void;
  end(): void;
}

/** On a terminal one line that changes ten times a second at most; elsewhere, in a log, a line now and then. */
const everyMs = { terminal: 100, elsewhere: 10_000 };

export function progress(screen: Screen, total: number, clock: () => number): Progress {
  const startedAt = clock();
  const every = screen.isTTY ? everyMs.terminal : everyMs.elsewhere;
  let lastAt = screen.isTTY ? Number.NEGATIVE_INFINITY : startedAt;
  return {
    update(counts) {
      const now = clock();
      if (now - lastAt < every) return;
      lastAt = now;
      const line = progressLine(counts, total, now - startedAt);
      screen.write(screen.isTTY ? `\r${line.slice(0, (screen.columns ?? 80) - 1)}\u001b[K` : `${line}\n`);
    },
    end() {
      if (screen.isTTY) screen.write("\r\u001b[K");
    },
  };
}

/** `1,200/2,000  1,180 added  12 unchanged  8 bad  240/s  4 s left` */
function progressLine(
  { done, added, unchanged, bad }: ImportCounts,
  total: number,
  elapsedMs: number,
): string {
  const parts = [
    `${grouped(done)}/${grouped(total)}`,
    `${grouped(added)} added`,
    `${grouped(unchanged)} unchanged`,
    `${grouped(bad.length)} bad`,
  ];
  if (done > 0 && elapsedMs > 0) {
    const perSecond = (done / elapsedMs) * 1000;
    parts.push(`${grouped(Math.round(perSecond))}/s`, `${duration((total - done) / perSecond)} left`);
  }
  return parts.join("  ");
}

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 120) return `${whole} s`;
  return whole < 7200 ? `${Math.ceil(whole / 60)} min` : `${Math.ceil(whole / 3600)} h`;
}

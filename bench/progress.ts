export type Progress = (what: string, round: number, rounds: number, label: string) => void;

/**
 * One line on stderr that is written over on a terminal; elsewhere a line per measurement's beginning. Throws once
 * `signal` is aborted, so that whatever was started is ended in order: a process that was stopped would outlive us.
 */
export function progressOnStderr(signal: AbortSignal): Progress {
  const startedAt = performance.now();
  let before = "";
  return (what, round, rounds, label) => {
    signal.throwIfAborted();
    const seconds = String(Math.round((performance.now() - startedAt) / 1000)).padStart(4);
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[K${seconds} s  ${what}, round ${round} of ${rounds}: ${label}`);
    } else if (what !== before) {
      process.stderr.write(`${seconds} s  ${what}, ${rounds} rounds\n`);
    }
    before = what;
  };
}

import { spawnSync } from "node:child_process";

/**
 * Aborted when the `npx` or `npm run` that this process was started by is gone: one that is killed ends the shell below it
 * or nothing at all, and what it ran would go on and hold its port. Looked at until `until` is aborted; never aborted in a
 * process that npm did not start.
 */
export function npmGone(until: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const pids = process.env.npm_command === undefined ? [] : upToNpm(process.ppid);
  if (pids.length === 0) return gone.signal;
  const timer = setInterval(() => {
    if (!pids.every(isRunning)) gone.abort();
  }, 500).unref();
  for (const signal of [gone.signal, until]) signal.addEventListener("abort", () => clearInterval(timer));
  return gone.signal;
}

/** The processes from the given one up to npm's; none if npm is not found there, or there is no `ps`, as on Windows. */
function upToNpm(pid: number): number[] {
  const pids: number[] = [];
  for (let next = pid; next > 1 && pids.length < 6; ) {
    pids.push(next);
    const { stdout } = spawnSync("ps", ["-o", "ppid=,args=", "-p", String(next)], { encoding: "utf8" });
    const [, parent, args = ""] = /^\s*(\d+)\s+(.*)/.exec(stdout ?? "") ?? [];
    if (/^(\S*\/)?np[mx](\s|$)|\/np[mx]-cli\.js\b/.test(args)) return pids;
    next = Number(parent ?? 0);
  }
  return [];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's, as under sudo, is running too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

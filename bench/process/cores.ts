import { execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { availableParallelism } from "node:os";

/** Where things run: the function on a core of its own, the bench and the services outside on another. */
export interface Cores {
  /** For the report: "pinned: …", or why not. */
  readonly pinning: string;
  /** Starts Node with these arguments. */
  spawnNode(
    on: "function" | "outside",
    args: readonly string[],
    options: SpawnOptions,
  ): ReturnType<typeof spawn>;
}

export function pinnedCores(): Cores {
  const available = availableCores();
  const outside = available[0];
  const fn = available.at(-1);
  const canPin = outside !== undefined && fn !== undefined && outside !== fn;
  if (canPin) taskset("-a", "-p", "-c", String(outside), String(process.pid));
  return {
    pinning: canPin
      ? `functions on core ${fn}, everything else on core ${outside} (taskset)`
      : "not pinned: no taskset, or one core only",
    spawnNode(on, args, options) {
      const node = [process.execPath, ...args];
      return canPin
        ? spawn("taskset", ["-c", String(on === "function" ? fn : outside), ...node], options)
        : spawn(process.execPath, [...args], options);
    },
  };
}

/** The cores this process may use, or none where that cannot be told. */
function availableCores(): number[] {
  if (availableParallelism() < 2) return [];
  try {
    const mask = /: ([0-9,-]+)\s*$/.exec(taskset("-c", "-p", String(process.pid)))?.[1] ?? "";
    return mask.split(",").flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  } catch {
    return [];
  }
}

function taskset(...args: string[]): string {
  return execFileSync("taskset", args, { encoding: "utf8" });
}

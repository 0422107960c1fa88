import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";

/** What a Lambda of 1769 MB has all of. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const megabytesOfOneCpu = 1769;
/** Lambda does not document its period; a shorter one would be finer than this kernel's clock, a longer one coarser than an answer. */
const periodMs = 20;

/** Gives one process at a time the share of a CPU that Lambda gives to a function of so many MB. */
export interface CpuShares {
  readonly method: string;
  /** Takes the process under control, unlimited still. */
  adopt(pid: number): Promise<void>;
  limit(pid: number, megabytes: number): Promise<void>;
  /** To be called when the process has ended. */
  release(): Promise<void>;
  close(): Promise<void>;
}

/** The kernel's own quota where this process may set one, as in Lambda; otherwise stopping and continuing. */
export async function cpuShares(): Promise<CpuShares> {
  return (await quotaOf(cgroupV1)) ?? (await quotaOf(cgroupV2)) ?? stoppingAndContinuing();
}

interface Cgroup {
  readonly parent: string;
  /** What is written to which file, for so many microseconds of each period; undefined: no limit. */
  quota(microseconds: number | undefined): readonly (readonly [file: string, value: string])[];
}

const period = String(periodMs * 1000);
const cgroupV1: Cgroup = {
  parent: "/sys/fs/cgroup/cpu",
  quota: (microseconds) => [
    ["cpu.cfs_period_us", period],
    ["cpu.cfs_quota_us", String(microseconds ?? -1)],
  ],
};
const cgroupV2: Cgroup = {
  parent: "/sys/fs/cgroup",
  quota: (microseconds) => [["cpu.max", `${microseconds ?? "max"} ${period}`]],
};

async function quotaOf({ parent, quota }: Cgroup): Promise<CpuShares | undefined> {
  const group = `${parent}/weapp-login-bench-${process.pid}`;
  const set = async (microseconds?: number) => {
    for (const [file, value] of quota(microseconds)) await writeFile(`${group}/${file}`, value);
  };
  try {
    await readFile(`${parent}/cgroup.procs`);
    await mkdir(group);
    await set();
  } catch {
    await rmdir(group).catch(() => {});
    return undefined;
  }
  return {
    method: `the kernel's CPU quota (cgroup), per ${periodMs} ms`,
    adopt: (pid) => writeFile(`${group}/cgroup.procs`, String(pid)),
    limit: (_, megabytes) => set(Math.round((megabytes / megabytesOfOneCpu) * periodMs * 1000)),
    release: () => set(),
    close: () => rmdir(group),
  };
}

function stoppingAndContinuing(): CpuShares {
  let cycle: Worker | undefined;
  return {
    method: `SIGSTOP and SIGCONT, ${periodMs} ms a cycle (no cgroup to write to)`,
    adopt: async () => {},
    async limit(pid, megabytes) {
      const runningMs = (megabytes / megabytesOfOneCpu) * periodMs;
      cycle = new Worker(new URL("duty-cycle.mjs", import.meta.url), {
        workerData: { pid, runningMs, stoppedMs: periodMs - runningMs },
      });
      await new Promise((resolve) => cycle?.once("message", resolve));
    },
    async release() {
      await cycle?.terminate();
      cycle = undefined;
    },
    close: async () => {},
  };
}

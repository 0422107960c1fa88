import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Subject } from "../subject.ts";
import type { Cores } from "./cores.ts";
import type { CpuShares } from "./cpu-share.ts";

const runtime = fileURLToPath(new URL("runtime.mjs", import.meta.url));
const patienceMs = 60_000;

/** One execution environment of a function, in its INIT phase or after it. */
export interface Instance extends AsyncDisposable {
  /** CPU time of the whole process from its start until it was ready for the first invocation, in µs. */
  readonly readyCpu: number;
  /** Wall time of the same. */
  readonly readyMs: number;
  /** Throws unless the answer is right. */
  invoke(event: string): Promise<Invocation>;
}

export interface Invocation {
  /** From the hand-over to the answer. */
  readonly wallMs: number;
  /** CPU time of the whole process since its start, in µs. */
  readonly cpu: number;
}

export interface Share {
  readonly shares: CpuShares;
  readonly megabytes: number;
}

/** What runtime.mjs says: when it is ready, then for every invocation. */
interface Told {
  readonly cpu: number;
  readonly result?: unknown;
  readonly failed?: string;
  readonly at: number;
}

/**
 * Starts a function and waits until it is ready. With `share`, INIT runs at full speed, as in Lambda, and from the first
 * hand-over on the process gets its share of a CPU only.
 */
export async function startInstance(subject: Subject, cores: Cores, share?: Share): Promise<Instance> {
  const startedAt = performance.now();
  const child = cores.spawnNode("function", [runtime], {
    cwd: subject.directory,
    env: { ...subject.environment, LAMBDA_TASK_ROOT: subject.directory },
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  const [, , , invocations, answers] = child.stdio;
  if (!(invocations instanceof Writable) || !(answers instanceof Readable) || child.pid === undefined) {
    throw new Error(`${subject.label} could not be started.`);
  }
  const { pid } = child;
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const exited = once(child, "exit");
  const giveUp = setTimeout(() => child.kill("SIGKILL"), patienceMs);

  let told = Promise.withResolvers<Told>();
  createInterface({ input: answers }).on("line", (line) =>
    told.resolve({ ...JSON.parse(line), at: performance.now() }),
  );
  void exited.then(() => told.reject(new Error(`${subject.label} ended, or took too long. ${said}`)));

  let isLimited = share === undefined;
  async function invoke(event: string): Promise<Invocation> {
    if (!isLimited) await share?.shares.limit(pid, share.megabytes);
    isLimited = true;
    told = Promise.withResolvers();
    const handedOverAt = performance.now();
    (invocations as Writable).write(`${event}\n`);
    const { cpu, at, result, failed } = await told.promise;
    if (failed !== undefined || !subject.isRight(result)) {
      throw new Error(`${subject.label} did not answer as it should: ${failed ?? JSON.stringify(result)}`);
    }
    return { wallMs: at - handedOverAt, cpu };
  }

  async function stop(): Promise<void> {
    clearTimeout(giveUp);
    child.kill("SIGKILL");
    await exited;
    await share?.shares.release();
  }

  try {
    await share?.shares.adopt(pid);
    const { cpu: readyCpu, at: readyAt } = await told.promise;
    // Whoever waits for the next answer is told of an end; between two there is nobody.
    told.promise.catch(() => {});
    return { readyCpu, readyMs: readyAt - startedAt, invoke, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Subject } from "../subject.ts";
import type { Cores } from "./cores.ts";

const loop = fileURLToPath(new URL("warm-loop.mjs", import.meta.url));

/** A function in a process that stays, to be called again and again. */
export interface WarmProcess extends AsyncDisposable {
  /** CPU time of the whole process per call, in µs. Throws unless the last answer is right. */
  call(calls: number, event?: string): Promise<number>;
}

export async function startWarmProcess(subject: Subject, cores: Cores): Promise<WarmProcess> {
  const child = cores.spawnNode("function", [loop], {
    cwd: subject.directory,
    env: { ...subject.environment, LAMBDA_TASK_ROOT: subject.directory },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");

  async function reply(): Promise<Record<string, unknown>> {
    const ended = exited.then(() => ({ failed: "its process ended" }));
    const [told] = await Promise.race([once(child, "message"), ended.then((failure) => [failure])]);
    if (told.failed !== undefined) throw new Error(`${subject.label} failed: ${told.failed}`);
    return told;
  }

  async function stop(): Promise<void> {
    child.kill("SIGKILL");
    await exited;
  }

  try {
    await reply();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async call(calls, event = subject.event) {
      child.send({ calls, event });
      const { cpu, result } = await reply();
      if (!subject.isRight(result)) {
        throw new Error(`${subject.label} did not answer as it should: ${JSON.stringify(result)}`);
      }
      return Number(cpu) / calls;
    },
    [Symbol.asyncDispose]: stop,
  };
}

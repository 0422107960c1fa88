import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { FunctionDescription } from "../assembly.ts";

/** What an invocation comes to. `functionError`: the handler threw, or ended with its process. */
export interface InvocationResult {
  readonly requestId: string;
  readonly payload: string;
  readonly functionError?: "Unhandled";
  /** Why there is no process any more. */
  readonly ended?: EndOfProcess;
}

type EndOfProcess = "Sandbox.Timedout" | "Runtime.ExitError";

export interface Instance {
  /** One at a time, as in Lambda. */
  invoke(payload: string): Promise<InvocationResult>;
  /** Whether it can take another invocation after this one. */
  readonly alive: boolean;
  stop(): Promise<void>;
}

export interface InstanceOptions {
  readonly function: FunctionDescription;
  /** Nothing of this process's own environment reaches a function. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Stop the process between invocations, as Lambda does. Only tests, because a stopped process outlives a crash. */
  readonly freeze: boolean;
}

/** What bootstrap.mjs ends the log of an invocation with. */
const endOfLog = "\0";
const bootstrap = fileURLToPath(new URL("bootstrap.mjs", import.meta.url));

/** Many processes share a developer's machine: their heaps grow late, and what a hash has taken goes back at once. */
const smallHeap = {
  flags: ["--max-semi-space-size=1"],
  // Without it glibc keeps the memory of the largest hash, for each thread that has computed one.
  environment: { MALLOC_TRIM_THRESHOLD_: "131072" },
};

/** What bootstrap.mjs says: that it takes an invocation, or what the one with this id came to; without an id, the start. */
type Message =
  | { readonly next: true }
  | { readonly requestId?: string; readonly payload: string; readonly failed?: true };

/**
 * One execution environment: the function's bundle in a process of its own. What goes in and comes out goes through a
 * pipe, not through a port as in Lambda: on a developer's machine a port is everybody's.
 */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { function: fn, freeze } = options;
  let whenReady = Promise.withResolvers<void>();
  let running: { readonly requestId: string; finish(result: InvocationResult): void } | undefined;
  let alive = true;

  const child = spawn(process.execPath, [...smallHeap.flags, bootstrap], {
    cwd: fn.directory,
    env: {
      ...smallHeap.environment,
      ...options.environment,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memorySize),
      LAMBDA_TASK_ROOT: fn.directory,
      _HANDLER: fn.handler,
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let logComplete = Promise.withResolvers<void>();
  const [, stdout, stderr, runtime] = child.stdio;
  if (!stdout || !stderr || !(runtime instanceof Duplex)) throw new Error("The process has no pipes.");
  const lines = [stdout, stderr].map((input) => {
    const reader = createInterface({ input });
    reader.on("line", (line) => {
      if (!line.endsWith(endOfLog)) return options.onLine(line);
      // What was written without an end of line is a line all the same.
      if (line !== endOfLog) options.onLine(line.slice(0, -endOfLog.length));
      logComplete.resolve();
    });
    return once(reader, "close");
  });
  // A process that has ended is told of by its exit.
  runtime.on("error", () => {});
  let heard = "";
  runtime.setEncoding("utf8").on("data", (chunk: string) => {
    const messages = (heard + chunk).split("\n");
    heard = messages.pop() ?? "";
    for (const message of messages) void hear(JSON.parse(message));
  });
  void exited.then(async () => {
    alive = false;
    await Promise.all(lines);
    logComplete.resolve();
    end("Runtime.ExitError", "Runtime exited before it answered");
  });

  async function hear(message: Message): Promise<void> {
    if ("next" in message) {
      if (freeze) child.kill("SIGSTOP");
      whenReady.resolve();
      return;
    }
    await logComplete.promise;
    const { requestId, payload, failed } = message;
    // Lambda ends an environment whose initialisation failed, and the invocation that waited for it.
    if (requestId === undefined || requestId === running?.requestId) finish(payload, failed);
  }

  function end(errorType: EndOfProcess, errorMessage: string): void {
    finish(JSON.stringify({ errorType, errorMessage }), true, errorType);
    whenReady.resolve();
  }

  function finish(payload: string, failed = false, ended?: EndOfProcess): void {
    const { requestId = "" } = running ?? {};
    running?.finish({
      requestId,
      payload,
      ...(failed && { functionError: "Unhandled" }),
      ...(ended && { ended }),
    });
    running = undefined;
  }

  return {
    get alive() {
      return alive;
    },

    async invoke(payload) {
      const requestId = randomUUID();
      const { promise, resolve } = Promise.withResolvers<InvocationResult>();
      running = { requestId, finish: resolve };
      const timeout = setTimeout(() => {
        alive = false;
        end("Sandbox.Timedout", `Task timed out after ${fn.timeoutSeconds.toFixed(2)} seconds`);
        child.kill("SIGKILL");
      }, fn.timeoutSeconds * 1000);
      await whenReady.promise;
      whenReady = Promise.withResolvers();
      logComplete = Promise.withResolvers();
      if (freeze) child.kill("SIGCONT");
      const deadline = Date.now() + fn.timeoutSeconds * 1000;
      runtime.write(`${JSON.stringify({ requestId, functionArn: fn.arn, deadline, payload })}\n`);
      try {
        return await promise;
      } finally {
        clearTimeout(timeout);
      }
    },

    async stop() {
      child.kill("SIGKILL");
      await exited;
      await Promise.all(lines);
    },
  };
}

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { FunctionDescription } from "../assembly.ts";

/** What an invocation comes to. `functionError`: the handler threw, or ended with its process. */
export interface InvocationResult {
  readonly requestId: string;
  readonly payload: string;
  readonly functionError?: "Unhandled";
}

export interface Instance {
  /** One at a time, as in Lambda. */
  invoke(payload: string): Promise<InvocationResult>;
  /** Whether it can take another invocation after this one. */
  readonly alive: boolean;
  stop(): Promise<void>;
}

export interface InstanceOptions {
  readonly function: FunctionDescription;
  /** The whole environment: nothing of this process's own reaches a function. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Stop the process between invocations, as Lambda does. Only tests, because a stopped process outlives a crash. */
  readonly freeze: boolean;
}

/** What bootstrap.mjs ends the log of an invocation with. */
const endOfLog = "\0";
const bootstrap = fileURLToPath(new URL("bootstrap.mjs", import.meta.url));

/**
 * One execution environment: the function's bundle in a process of its own, fed through Lambda's Runtime API.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { function: fn, freeze } = options;
  let ready: ServerResponse | undefined;
  let whenReady = Promise.withResolvers<void>();
  let finish: ((result: Omit<InvocationResult, "requestId">) => void) | undefined;
  let alive = true;

  const server = createServer((request, response) => {
    if (request.method === "GET") {
      ready = response;
      if (freeze) child.kill("SIGSTOP");
      whenReady.resolve();
    } else {
      void report(request, response);
    }
  });
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const child = spawn(process.execPath, [bootstrap], {
    cwd: fn.directory,
    env: {
      ...options.environment,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memorySize),
      LAMBDA_TASK_ROOT: fn.directory,
      _HANDLER: fn.handler,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let logComplete = Promise.withResolvers<void>();
  const lines = [child.stdout, child.stderr].map((input) => {
    const reader = createInterface({ input });
    reader.on("line", (line) => {
      if (!line.endsWith(endOfLog)) return options.onLine(line);
      // What was written without an end of line is a line all the same.
      if (line !== endOfLog) options.onLine(line.slice(0, -endOfLog.length));
      logComplete.resolve();
    });
    return once(reader, "close");
  });
  void exited.then(async () => {
    alive = false;
    await Promise.all(lines);
    logComplete.resolve();
    end("Runtime.ExitError", "Runtime exited before it answered");
  });

  async function report(request: IncomingMessage, response: ServerResponse) {
    let payload = "";
    for await (const chunk of request.setEncoding("utf8")) payload += chunk;
    response.writeHead(202).end();
    await logComplete.promise;
    const failed = request.url?.endsWith("/error");
    // Lambda ends an environment whose initialisation failed, and the invocation that waited for it.
    finish?.({ payload, ...(failed && { functionError: "Unhandled" as const }) });
    finish = undefined;
  }

  function end(errorType: string, errorMessage: string) {
    const payload = JSON.stringify({ errorType, errorMessage });
    finish?.({ payload, functionError: "Unhandled" });
    finish = undefined;
    whenReady.resolve();
  }

  return {
    get alive() {
      return alive;
    },

    async invoke(payload) {
      const requestId = randomUUID();
      const { promise, resolve } = Promise.withResolvers<InvocationResult>();
      finish = (result) => resolve({ requestId, ...result });
      const timeout = setTimeout(() => {
        alive = false;
        end("Sandbox.Timedout", `Task timed out after ${fn.timeoutSeconds.toFixed(2)} seconds`);
        child.kill("SIGKILL");
      }, fn.timeoutSeconds * 1000);
      await whenReady.promise;
      whenReady = Promise.withResolvers();
      logComplete = Promise.withResolvers();
      if (freeze) child.kill("SIGCONT");
      ready?.writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": requestId,
        "lambda-runtime-deadline-ms": String(Date.now() + fn.timeoutSeconds * 1000),
        "lambda-runtime-invoked-function-arn": fn.arn,
      });
      ready?.end(payload);
      ready = undefined;
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
      server.close();
      server.closeAllConnections();
    },
  };
}

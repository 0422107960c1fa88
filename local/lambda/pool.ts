import type { FunctionDescription } from "../assembly.ts";
import { type Instance, type InvocationResult, startInstance } from "./instance.ts";

export interface PoolOptions {
  readonly environmentOf: (fn: FunctionDescription) => Readonly<Record<string, string>>;
  /** Further invocations wait. A new AWS account has 10 in all. */
  readonly maxInstances: number;
  /** An instance that had nothing to do for so many milliseconds ends; 5 minutes unless said otherwise. */
  readonly idleMs?: number;
  readonly freeze: boolean;
  /** Whether an instance may write to its log group; if not, its lines are lost, as they are in Lambda. */
  readonly mayLog: (fn: FunctionDescription) => boolean;
  /** `line` is what CloudWatch would get: one JSON object in Lambda's log format, or what Node itself printed. */
  readonly onLog: (fn: FunctionDescription, line: string) => void;
}

interface IdleInstance {
  readonly instance: Instance;
  readonly end: NodeJS.Timeout;
}

/** The instances of one function. The one that was used last is used next, so that those beyond the need can end. */
export class Pool {
  readonly #function: FunctionDescription;
  readonly #options: PoolOptions;
  readonly #instances = new Set<Instance>();
  readonly #idle: IdleInstance[] = [];
  readonly #waiting: (() => void)[] = [];
  #starting = 0;
  #closed = false;

  constructor(fn: FunctionDescription, options: PoolOptions) {
    this.#function = fn;
    this.#options = options;
  }

  async invoke(payload: string): Promise<InvocationResult> {
    const instance = await this.#take();
    const startedAt = performance.now();
    try {
      const result = await instance.invoke(payload);
      if (this.#function.reportsSuccess || result.functionError) {
        this.#log(report(result, performance.now() - startedAt));
      }
      return result;
    } finally {
      await this.#giveBack(instance);
    }
  }

  #log(line: string): void {
    const { mayLog, onLog } = this.#options;
    if (mayLog(this.#function)) onLog(this.#function, line);
  }

  async stop(): Promise<void> {
    const instances = [...this.#instances];
    this.#instances.clear();
    for (const { end } of this.#idle.splice(0)) clearTimeout(end);
    await Promise.all(instances.map((instance) => instance.stop()));
  }

  /** Like stop, and whoever waits for an instance gets none any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const resume of this.#waiting.splice(0)) resume();
    await this.stop();
  }

  async #take(): Promise<Instance> {
    for (;;) {
      if (this.#closed) throw new Error("Lambda is closed.");
      const idle = this.#idle.pop();
      clearTimeout(idle?.end);
      if (idle?.instance.alive) return idle.instance;
      if (idle) await this.#discard(idle.instance);
      if (this.#instances.size + this.#starting < this.#options.maxInstances) return this.#start();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #start(): Promise<Instance> {
    const { environmentOf, freeze } = this.#options;
    const fn = this.#function;
    this.#starting++;
    try {
      const instance = await startInstance({
        function: fn,
        environment: environmentOf(fn),
        freeze,
        onLine: (line) => this.#log(line),
      });
      if (this.#closed) {
        await instance.stop();
        throw new Error("Lambda is closed.");
      }
      this.#instances.add(instance);
      return instance;
    } finally {
      this.#starting--;
    }
  }

  async #discard(instance: Instance): Promise<void> {
    this.#instances.delete(instance);
    await instance.stop();
  }

  async #giveBack(instance: Instance): Promise<void> {
    if (!this.#instances.has(instance)) {
      // Recycled meanwhile.
    } else if (instance.alive) {
      this.#keep(instance);
    } else {
      await this.#discard(instance);
    }
    this.#waiting.shift()?.();
  }

  #keep(instance: Instance): void {
    const idle: IdleInstance = {
      instance,
      end: setTimeout(() => {
        this.#idle.splice(this.#idle.indexOf(idle), 1);
        void this.#discard(instance);
      }, this.#options.idleMs ?? defaultIdleMs),
    };
    idle.end.unref();
    this.#idle.push(idle);
  }
}

const defaultIdleMs = 5 * 60_000;

/**
 * The line that Lambda itself writes at the end of an invocation, in its JSON format. With the system log level WARN it
 * writes only those that did not succeed.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
function report({ requestId, functionError, ended }: InvocationResult, durationMs: number): string {
  return JSON.stringify({
    time: new Date().toISOString(),
    type: "platform.report",
    record: {
      requestId,
      status: ended === "Sandbox.Timedout" ? "timeout" : functionError ? "error" : "success",
      ...(ended === "Runtime.ExitError" && { errorType: ended }),
      metrics: { durationMs: Number(durationMs.toFixed(3)), billedDurationMs: Math.ceil(durationMs) },
    },
  });
}

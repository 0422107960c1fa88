import { deadlines } from "../../../contract/deadlines.ts";
import { seededRandom } from "../seeded-numbers.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { Outside } from "./current.ts";
import type { SimulatedFunctions, StartedEntry } from "./functions.ts";
import type { Instance, Invocation } from "./network.ts";
import type { InstanceRuntime, SimulatedFunction } from "./runtime.ts";

/** How an invocation ended, as whoever invoked it sees it. */
export type Result = { readonly answer: unknown } | { readonly failed: "thrown" | "killed" };

export interface Cloud {
  /** Runs a function, in an instance that is free or in a new one. */
  invoke(fn: SimulatedFunction, event: unknown, begun?: (invocation: Invocation) => void): Promise<Result>;
  /** Instances that serve nobody are gone. */
  startAnew(): void;
}

interface CloudOptions {
  readonly time: VirtualTime;
  readonly functions: SimulatedFunctions;
  readonly environments: Readonly<Record<SimulatedFunction, Readonly<Record<string, string>>>>;
  /** Milliseconds that instances' clocks are ahead, in the order in which they start. */
  readonly clocks: readonly number[];
  readonly below: (bound: number) => number;
  readonly outside: () => Outside;
  readonly log: (line: object, invocation: Invocation | undefined) => void;
  /** Milliseconds from the event to the answer. */
  readonly took: (invocation: Invocation, ms: number) => void;
}

interface Process extends Instance {
  /** It starts, or serves somebody. */
  isBusy: boolean;
  readonly ready: Promise<StartedEntry>;
  /** What waits in it, by which it could go on. */
  readonly timers: Set<() => void>;
  /** The event it serves will have no answer. */
  fail: () => void;
}

export function cloud(options: CloudOptions): Cloud {
  const { time, functions, environments, clocks, below, outside, log, took } = options;
  const processes: Process[] = [];
  let startedInAll = 0;

  function start(fn: SimulatedFunction): Process {
    const number = startedInAll++;
    const ahead = clocks[number % clocks.length] ?? 0;
    const timers = new Set<() => void>();
    const { promise: ready, resolve } = Promise.withResolvers<StartedEntry>();
    const it: Process = {
      fn,
      serves: undefined,
      isBusy: false,
      isDead: false,
      ready,
      timers,
      fail() {},
      kill() {
        it.isDead = true;
        for (const cancel of timers) cancel();
        if (processes.includes(it)) processes.splice(processes.indexOf(it), 1);
        it.fail();
      },
    };
    const after = (ms: number, run: () => void) => {
      const cancel = time.after(ms, () => {
        timers.delete(cancel);
        if (!it.isDead) run();
      });
      timers.add(cancel);
      return cancel;
    };
    const runtime: InstanceRuntime = {
      env: environments[fn],
      now: () => Math.floor(time.now + ahead),
      clock: () => time.now,
      setTimeout: (run, ms) => after(ms, run),
      clearTimeout(timer) {
        if (typeof timer !== "function") return;
        timer();
        timers.delete(timer as () => void);
      },
      timeout(ms) {
        const controller = new AbortController();
        after(ms, () => controller.abort(new DOMException("timeout", "TimeoutError")));
        return controller.signal;
      },
      random: () => below(1_000) / 1_000,
      randomBytes: markedRandom(`instance ${number}`),
      log: (line) => log(line, it.serves),
    };
    const slot = functions.take(fn);
    slot.current = { instance: it, runtime, outside: outside() };
    const started = slot.start();
    Promise.resolve(started.ready).then(() => resolve(started));
    processes.push(it);
    return it;
  }

  return {
    async invoke(fn, event, begun) {
      const invocation: Invocation = { fn, event, troubles: [], underWay: 0, isOver: false };
      begun?.(invocation);
      const process = processes.find((it) => it.fn === fn && !it.isBusy) ?? start(fn);
      process.isBusy = true;
      const { promise: killed, resolve } = Promise.withResolvers<Result>();
      process.fail = () => resolve({ failed: "killed" });
      const result = await Promise.race([serve(process, invocation), killed]);
      invocation.isOver = true;
      return result;
    },
    startAnew() {
      for (const it of [...processes]) if (!it.isBusy) it.kill();
    },
  };

  async function serve(process: Process, invocation: Invocation): Promise<Result> {
    const { handler } = await process.ready;
    process.serves = invocation;
    const startedAt = time.now;
    const cut = time.after(deadlines[process.fn].timeoutSeconds * 1_000, () => process.kill());
    try {
      return { answer: await handler(invocation.event) };
    } catch {
      return { failed: "thrown" };
    } finally {
      cut();
      took(invocation, time.now - startedAt);
      process.serves = undefined;
      process.isBusy = false;
      // A process is frozen between two events, and its timers with it.
      for (const cancel of process.timers) cancel();
      process.timers.clear();
    }
  }
}

/** Random bytes that are found wherever they turn up: as bytes, and in base64url as part of a SessionId or a ticket. */
export const secretMark = Buffer.from("CANARYCANARY", "base64url");
const places = [2, 12];

function markedRandom(seed: string): (size: number) => Buffer {
  const random = seededRandom(seed);
  return (size) => {
    const bytes = random(size);
    if (size === 32) for (const place of places) secretMark.copy(bytes, place);
    return bytes;
  };
}

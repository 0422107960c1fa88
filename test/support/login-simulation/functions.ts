import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { type PlantedBug, planting } from "../planted-bug.ts";
import type { Current } from "./current.ts";
import { outsideModules } from "./outside.ts";
import { functionNames, type InstanceRuntime, type SimulatedFunction } from "./runtime.ts";

/** The entry's part of an instance, after INIT as far as nobody waits for it. */
export interface StartedEntry {
  readonly handler: (event: unknown) => Promise<unknown>;
  /** What INIT waits for. */
  readonly ready: Promise<void> | undefined;
}

/**
 * The code of a function, evaluated once and started as often as there are instances, but one at a time: what it finds
 * outside is whatever `current` is then. So it stays as fast as code that runs often becomes.
 */
export interface Slot {
  current: Current | undefined;
  start(): StartedEntry;
}

/** Slots by function. What was taken is taken for good, until all are given back. */
export interface SimulatedFunctions {
  take(fn: SimulatedFunction): Slot;
  giveBackAll(): void;
  readonly decision: Decision;
}

/** What decides at an authorization, without the way to DynamoDB: for looking at the tables as they are. */
export interface Decision {
  authorizerHandler: typeof import("../../../functions/authorizer/handler.ts").authorizerHandler;
  boundSessionReader: typeof import("../../../functions/authorizer/bound-session.ts").boundSessionReader;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const probe = `
  export { authorizerHandler } from "./functions/authorizer/handler.ts";
  export { boundSessionReader } from "./functions/authorizer/bound-session.ts";`;

/** Sockets: the way outside of what uses no SDK. The simulation stands in for these modules of the functions. */
const sockets = /\/(post|bounded-request|fresh-sockets)\.ts$/;

const socketsOutside: Plugin = {
  name: "sockets outside",
  setup({ onResolve }) {
    onResolve({ filter: sockets }, ({ path }) => ({ path: basename(path), external: true }));
  },
};

/** An entry as a function: what follows its imports is what each instance does. */
function startable(source: string, path: string): string {
  if (!path.endsWith("/entry.ts")) return source;
  const afterImports = source.lastIndexOf("\nimport ");
  const end = source.indexOf(";\n", afterImports) + 2;
  const body = source
    .slice(end)
    .replace("export const handler", "const handler")
    .replace("await warmUp(", "ready = warmUp(");
  return `${source.slice(0, end)}
export function start() {
let ready;
${body}
return { handler, ready };
}`;
}

/** The functions from their real entries on, as they are or with a bug in them. */
export async function simulatedFunctions(bug?: PlantedBug): Promise<SimulatedFunctions> {
  const options = {
    bundle: true,
    write: false as const,
    format: "cjs" as const,
    platform: "node" as const,
    target: "node24",
    absWorkingDir: root,
    external: ["@aws-sdk/*", "node:*"],
    define: {
      "process.env": "runtime.env",
      "Date.now": "runtime.now",
      "performance.now": "runtime.clock",
      setTimeout: "runtime.setTimeout",
      clearTimeout: "runtime.clearTimeout",
      "AbortSignal.timeout": "runtime.timeout",
      "Math.random": "runtime.random",
      "console.log": "runtime.log",
    },
    plugins: [socketsOutside, planting(bug, /\/(functions|contract)\/.*\.ts$/, startable)],
  } satisfies BuildOptions & { write: false };
  const entryPoints = functionNames.map((name) => `functions/${name}/entry.ts`);
  const [functions, decision] = await Promise.all([
    build({ ...options, entryPoints, outdir: "out" }),
    build({ ...options, stdin: { contents: probe, resolveDir: root } }),
  ]);
  const slots = new Map<SimulatedFunction, Slot[]>();
  const taken = new Map<SimulatedFunction, number>();
  const textOf = (name: SimulatedFunction) =>
    functions.outputFiles.find(({ path }) => path.includes(`/${name}/`))?.text ?? "";
  const evaluators = new Map(functionNames.map((name) => [name, evaluator(textOf(name))]));
  return {
    take(fn) {
      const all = slots.get(fn) ?? [];
      const number = taken.get(fn) ?? 0;
      const slot = all[number] ?? newSlot(evaluators.get(fn) ?? (() => {}));
      if (number === all.length) slots.set(fn, [...all, slot]);
      taken.set(fn, number + 1);
      return slot;
    },
    giveBackAll() {
      taken.clear();
    },
    decision: evaluated<Decision>(evaluator(decision.outputFiles[0]?.text ?? ""), () => undefined),
  };
}

type Evaluate = (
  runtime: object,
  require: (name: string) => unknown,
  module: object,
  exports: object,
) => void;

function evaluator(text: string): Evaluate {
  return new Function("runtime", "require", "module", "exports", text) as Evaluate;
}

function newSlot(evaluate: Evaluate): Slot {
  const slot: Slot = {
    current: undefined,
    start: () => module.start(),
  };
  const module = evaluated<{ start: () => StartedEntry }>(evaluate, () => slot.current);
  return slot;
}

function evaluated<M>(evaluate: Evaluate, current: () => Current | undefined): M {
  const of = () => {
    const it = current();
    if (!it) throw new Error("No instance runs here");
    return it;
  };
  const runtime: Omit<InstanceRuntime, "randomBytes"> = {
    get env() {
      return of().runtime.env;
    },
    now: () => of().runtime.now(),
    clock: () => of().runtime.clock(),
    setTimeout: (run, ms) => of().runtime.setTimeout(run, ms),
    clearTimeout: (timer) => of().runtime.clearTimeout(timer),
    timeout: (ms) => of().runtime.timeout(ms),
    random: () => of().runtime.random(),
    log: (line) => of().runtime.log(line),
  };
  const modules = outsideModules(current, of);
  const require = (name: string) => {
    if (!(name in modules)) throw new Error(`The simulation has no module ${name}.`);
    return modules[name];
  };
  const module = { exports: {} };
  evaluate(runtime, require, module, module.exports);
  return module.exports as M;
}

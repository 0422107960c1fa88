import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionDescription } from "../../../local/assembly.ts";
import type { InterceptedCall } from "../../../local/aws/endpoint.ts";
import { isRecord } from "../../../local/aws/json.ts";
import type { Laptop, LaptopOptions } from "../../../local/laptop.ts";
import type { CountedCall, CountedInvocation } from "../../../scripts/scale/units.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../stack-on-laptop.ts";
import { addUnits, noUnits, type Units } from "./consumed-capacity.ts";
import { meteredCall } from "./metered-call.ts";
import { type OutgoingEvent, stepsOf } from "./outgoing-order.ts";

/** A stack whose functions are warm and whose every outside call is written down. */
export interface CountedStack {
  readonly stack: StackOnLaptop;
  /** What the functions did during `act`, in the order in which they were invoked. */
  counted<T>(act: () => Promise<T>): Promise<{ result: T; invocations: CountedInvocation[] }>;
  /** How often Secrets Manager was asked during `act`, by whatever function, its initialization included. */
  secretReads(act: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

interface SeenCall {
  readonly fn: FunctionDescription;
  readonly action: string;
  /** Absent for services other than DynamoDB. */
  readonly metered?: Promise<MeteredOutcome>;
}

interface MeteredOutcome extends Units {
  readonly tables: readonly string[];
}

export async function startCountedStack(options: Partial<LaptopOptions> = {}): Promise<CountedStack> {
  const directory = mkdtempSync(join(tmpdir(), "weapp-login-scale-"));
  const file = join(directory, "outgoing.jsonl");
  const preload = new URL("outgoing-calls.ts", import.meta.url);
  let laptop: Laptop | undefined;
  let seen: SeenCall[] = [];
  let invoked: FunctionDescription[] = [];
  let lines: { readonly fn: FunctionDescription; readonly line: string }[] = [];
  const underWay = new WeakMap<object, ReturnType<typeof meteredCall>>();

  const stack = await startStackOnLaptop({
    ...options,
    // One instance per function: what has been warmed up is what is counted.
    maxInstances: 1,
    environment: { ...options.environment, OUTGOING_CALLS: file, NODE_OPTIONS: `--import=${preload.href}` },
    onLog: (fn, line) => lines.push({ fn, line }),
    watch: {
      request: () => () => {},
      invocation(fn) {
        invoked.push(fn);
        return () => {};
      },
      awsCall(fn, { action, input }: InterceptedCall) {
        const metered =
          laptop && action.startsWith("dynamodb:") && isRecord(input)
            ? meteredCall(laptop, action.slice("dynamodb:".length), input)
            : undefined;
        if (metered && isRecord(input)) underWay.set(input, metered);
        seen.push({ fn, action, ...(metered && { metered: metered.outcome }) });
        return (outcome) => metered?.ended(outcome);
      },
    },
    async intercept({ input }) {
      if (isRecord(input)) await underWay.get(input)?.begun;
      return undefined;
    },
  });
  laptop = stack.laptop;
  const tableNames = tableNamesOf(stack.laptop);

  function begin(): void {
    seen = [];
    invoked = [];
    lines = [];
    writeFileSync(file, "");
  }

  async function invocation(fn: FunctionDescription): Promise<CountedInvocation> {
    const own = seen.filter((call) => call.fn === fn);
    const stepped = stepsOf(outgoingEvents(file, fn.name));
    const calls: CountedCall[] = [];
    let units = noUnits;
    for (const { operation, step } of stepped) {
      // Calls of one step may have arrived in another order, but those of one operation then cost the same step.
      const index = own.findIndex(({ action }) => action.endsWith(`:${operation}`));
      const [call] = index < 0 ? [] : own.splice(index, 1);
      const metered = await call?.metered;
      if (metered) units = addUnits(units, metered);
      calls.push(describe(step, operation, call, metered, tableNames));
    }
    if (own.length > 0) throw new Error(`${fn.label} made calls that its own process did not report.`);
    const logged = lines.filter((it) => it.fn === fn && !isPlatformLine(it.line));
    return {
      function: fn.label,
      steps: Math.max(0, ...stepped.map(({ step }) => step)),
      ...units,
      logLines: logged.length,
      logBytes: logged.reduce((total, { line }) => total + steadyBytes(line), 0),
      calls,
    };
  }

  return {
    stack,
    async counted(act) {
      begin();
      const exchangesBefore = stack.simulator.requests.length;
      const result = await act();
      const invocations: CountedInvocation[] = [];
      for (const fn of invoked) invocations.push(await invocation(fn));
      const exchanges = invocations
        .flatMap(({ calls }) => calls)
        .filter(({ action }) => action.startsWith("wechat:"));
      if (exchanges.length !== stack.simulator.requests.length - exchangesBefore) {
        throw new Error("WeChat was called by other means than node:http, which nobody counted.");
      }
      return { result, invocations };
    },
    async secretReads(act) {
      begin();
      await act();
      return seen.filter(({ action }) => action === "secretsmanager:GetSecretValue").length;
    },
    async close() {
      await stack.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Requests that the laptop's watch does not tell of. */
const unwatched: Readonly<Record<string, string>> = {
  jscode2session: "wechat:jscode2session",
  Invoke: "lambda:Invoke",
};

function describe(
  step: number,
  operation: string,
  call: SeenCall | undefined,
  metered: MeteredOutcome | undefined,
  tableNames: ReadonlyMap<string, string>,
): CountedCall {
  const action = call?.action ?? unwatched[operation];
  if (action === undefined) throw new Error(`Who answers ${operation}? Say it in test/scale/counter.ts.`);
  if (!metered) return { step, action };
  const tables = [...new Set(metered.tables)].map((name) => tableNames.get(name) ?? name).join(" + ");
  const { rru, wru } = metered;
  return {
    step,
    action,
    ...(rru > 0 && { reads: tables, rru }),
    ...(wru > 0 && { writes: tables, wru }),
  };
}

/** `bindings`, `sessions`, … by the names that tables have on this laptop. */
function tableNamesOf({ assembly }: Laptop): ReadonlyMap<string, string> {
  const variables = assembly.functions.flatMap(({ environment }) => Object.entries(environment));
  return new Map(
    variables
      .filter(([variable]) => variable.endsWith("_TABLE"))
      .map(([variable, name]) => [name, variable.slice(0, -"_TABLE".length).toLowerCase()]),
  );
}

function outgoingEvents(file: string, functionName: string): OutgoingEvent[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): OutgoingEvent & { functionName: string } => JSON.parse(line))
    .filter((event) => event.functionName === functionName);
}

function isPlatformLine(line: string): boolean {
  const { type } = JSON.parse(line);
  return typeof type === "string" && type.startsWith("platform.");
}

/** Times differ from run to run, and their digits with them: every number counts as four. */
function steadyBytes(line: string): number {
  const steady: unknown = JSON.parse(line, (_, value) => (typeof value === "number" ? 1_000 : value));
  return Buffer.byteLength(JSON.stringify(steady));
}

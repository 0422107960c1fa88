import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionDescription } from "../../../local/assembly.ts";
import type { InterceptedCall } from "../../../local/aws/endpoint.ts";
import { isRecord } from "../../../local/aws/json.ts";
import type { Laptop } from "../../../local/laptop.ts";
import type { CountedFunction, Units } from "../../../scripts/units.ts";
import { type StackOnLaptop, type StackOnLaptopOptions, startStackOnLaptop } from "../stack-on-laptop.ts";
import { type OutgoingEvent, stepsOf } from "./outgoing-order.ts";

/** A stack whose functions are warm and whose every outside call is written down. */
export interface CountedStack {
  readonly stack: StackOnLaptop;
  /** What the functions did during `act`. Throws if one of them logged more than a line: one for each invocation. */
  counted<T>(act: () => Promise<T>): Promise<{ result: T; functions: Units[string] }>;
  /** How often Secrets Manager was asked during `act`, by whatever function, its initialization included. */
  secretReads(act: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** A call as it arrived at AWS. */
interface ArrivedCall {
  /** `dynamodb:GetItem`. */
  readonly action: string;
  /** The ARN of the caller, which ends with the function's name. */
  readonly caller: string;
  readonly tables: readonly string[];
  readonly rru: number;
  readonly wru: number;
}

export async function startCountedStack(options: StackOnLaptopOptions = {}): Promise<CountedStack> {
  const directory = mkdtempSync(join(tmpdir(), "weapp-login-counted-"));
  const file = join(directory, "outgoing.jsonl");
  const preload = new URL("outgoing-calls.ts", import.meta.url);
  let laptop: Laptop | undefined;
  let arrived: ArrivedCall[] = [];
  let logged: FunctionDescription[] = [];

  const stack = await startStackOnLaptop({
    ...options,
    // One instance per function: what has been warmed up is what is counted.
    maxInstances: 1,
    environment: { ...options.environment, OUTGOING_CALLS: file, NODE_OPTIONS: `--import=${preload.href}` },
    onLog(fn, line) {
      if (!isPlatformLine(line)) logged.push(fn);
    },
    async intercept(call) {
      const { action, principal, input } = call;
      const seen = { action, caller: principal.arn, tables: tablesOf(call, laptop), rru: 0, wru: 0 };
      const operation = /^dynamodb:(\w+)$/.exec(action)?.[1];
      if (!laptop || operation === undefined || !isRecord(input)) {
        arrived.push(seen);
        return undefined;
      }
      const output = await laptop.dynamoDb.call(operation, { ...input, ReturnConsumedCapacity: "TOTAL" });
      const units = consumedUnits(output);
      const reads = /^(GetItem|BatchGetItem|Query)$/.test(operation);
      arrived.push({ ...seen, ...(reads ? { rru: units } : { wru: units }) });
      return { kind: "answer", output };
    },
  });
  laptop = stack.laptop;
  const own = stack.laptop.assembly.functions
    .filter(({ label }) => label !== "hello")
    .sort((one, other) => one.label.localeCompare(other.label));

  function begin(): void {
    arrived = [];
    logged = [];
    writeFileSync(file, "");
  }

  function countedFunction(fn: FunctionDescription): CountedFunction {
    const calls = arrived.filter(({ caller }) => caller.endsWith(`/${fn.name}`));
    const rru = calls.reduce((total, call) => total + call.rru, 0);
    const wru = calls.reduce((total, call) => total + call.wru, 0);
    const named = stepsOf(outgoingEvents(file, fn.name)).map(({ operation, step }) => {
      if (/^[a-z]/.test(operation)) return { step, name: `wechat:${operation}` };
      const index = calls.findIndex(({ action }) => action.endsWith(`:${operation}`));
      const [call] = index < 0 ? [] : calls.splice(index, 1);
      if (!call) throw new Error(`${operation} of ${fn.label} was refused, or went to nobody that counts.`);
      return { step, name: [call.action, ...call.tables].join(" ") };
    });
    if (calls.length > 0) throw new Error(`${fn.label} made calls that its own process did not report.`);
    // Sorted, because calls of one step may arrive in any order.
    const steps = [...Map.groupBy(named, ({ step }) => step)].map(([step, together]) => [
      step,
      together
        .map(({ name }) => name)
        .sort()
        .join(" + "),
    ]);
    return { rru, wru, steps: Object.fromEntries(steps) };
  }

  return {
    stack,
    async counted(act) {
      begin();
      const result = await act();
      const functions: Record<string, CountedFunction> = {};
      for (const fn of own) {
        const lines = logged.filter((it) => it === fn).length;
        if (lines > 1) throw new Error(`${fn.label} logged ${lines} lines for one request.`);
        if (lines === 1) functions[fn.label] = countedFunction(fn);
      }
      return { result, functions };
    },
    async secretReads(act) {
      begin();
      await act();
      return arrived.filter(({ action }) => action === "secretsmanager:GetSecretValue").length;
    },
    async close() {
      await stack.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** `bindings`, `sessions`, … by the variables in which functions are told of their tables. */
function tablesOf({ resources }: InterceptedCall, laptop: Laptop | undefined): string[] {
  const variables = (laptop?.assembly.functions ?? []).flatMap((fn) => Object.entries(fn.environment));
  const names = resources.flatMap((arn) => {
    const [variable] = variables.find(([, name]) => arn.endsWith(`:table/${name}`)) ?? [];
    return variable === undefined ? [] : [variable.replace(/_TABLE$/, "").toLowerCase()];
  });
  return [...new Set(names)];
}

/** `ConsumedCapacity` is one object, or one for each table. */
function consumedUnits(output: object): number {
  if (!("ConsumedCapacity" in output)) throw new Error("DynamoDB does not say what this has consumed.");
  return [output.ConsumedCapacity]
    .flat()
    .map((one) => (isRecord(one) ? Number(one.CapacityUnits) : Number.NaN))
    .reduce((total, units) => total + units, 0);
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

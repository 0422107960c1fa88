import { assumed } from "./assumptions.ts";
import { ceiling, type Decimal, decimal, larger, over, sum, times, zero } from "./decimal.ts";
import type { Usage } from "./prices.ts";
import type { CountedInvocation, CountedOperation, Units } from "./units.ts";

const gigabyte = decimal(1_000_000_000);
const second = decimal(1_000);

/** What one request uses of everything that is billed, its own way through the gateway included. */
export function usageOfRequest(operation: CountedOperation, units: Units): Usage {
  const accessLog = sum(decimal(operation.accessLogBytes), assumed("logLineOverheadBytes"));
  return withStoredLogs(
    {
      ...usageOfFunctions(operation, units),
      httpRequests: decimal(1),
      accessLogGb: over(accessLog, gigabyte),
      transferGb: over(decimal(operation.responseBytes), gigabyte),
    },
    units,
  );
}

/** What the functions alone use: what an authorization adds to a request that comes anyway. */
export function usageOfAuthorization(operation: CountedOperation, units: Units): Usage {
  return withStoredLogs(usageOfFunctions(operation, units), units);
}

function usageOfFunctions(operation: CountedOperation, units: Units): Usage {
  const invocations = ownInvocations(operation);
  const time = sum(...invocations.map((it) => gbSeconds(it, operation, units)));
  const logBytes = sum(
    ...invocations.map(({ logLines, logBytes }) =>
      sum(
        decimal(logBytes),
        times(decimal(units.deployed.platformLogLines), assumed("platformLogLineBytes")),
        times(decimal(logLines + units.deployed.platformLogLines), assumed("logLineOverheadBytes")),
      ),
    ),
  );
  return {
    lambdaRequests: decimal(invocations.length),
    [units.deployed.architecture === "arm64" ? "lambdaGbSecondsArm64" : "lambdaGbSecondsX86"]: time,
    readUnits: sum(...invocations.map(({ rru }) => decimal(rru))),
    writeUnits: sum(...invocations.map(({ wru }) => decimal(wru))),
    functionLogGb: over(logBytes, gigabyte),
  };
}

/** Logs stay for the retention, so that each month pays for what it and those before it have written. */
function withStoredLogs(usage: Usage, { deployed }: Units): Usage {
  const ingested = sum(usage.functionLogGb ?? zero, usage.accessLogGb ?? zero);
  const months = over(decimal(deployed.logRetentionDays), assumed("daysPerMonth"));
  return { ...usage, storedLogGbMonths: times(ingested, months, assumed("logCompression")) };
}

/** The example behind the authorizer stands for a Lambda of the owner's, which is not in this bill. */
export function ownInvocations({ invocations }: CountedOperation): readonly CountedInvocation[] {
  return invocations.filter((it) => it.function !== "hello");
}

function gbSeconds(invocation: CountedInvocation, operation: CountedOperation, units: Units): Decimal {
  const memory = over(decimal(memoryOf(invocation, units)), decimal(1_024));
  return times(memory, over(billedMs(invocation, operation, units), second));
}

/** Milliseconds of one invocation: waiting, step by step, then CPU at the function's share of one, then cold starts. */
export function billedMs(invocation: CountedInvocation, operation: CountedOperation, units: Units): Decimal {
  const { calls } = invocation;
  const waits = Map.groupBy(calls, ({ step }) => step);
  const waiting = sum(
    ...[...waits.values()].map((together) =>
      together.map(({ action }) => latency(action, operation, units)).reduce(larger, zero),
    ),
  );
  const share = over(decimal(memoryOf(invocation, units)), assumed("megabytesPerVcpu"));
  const work = sum(
    times(decimal(Math.max(1, calls.length)), assumed("cpuMsPerCall")),
    invocation.function === "verifier" ? assumed("argon2idMs") : zero,
  );
  const cold = times(assumed("coldShare"), assumed("initMs"));
  return ceiling(sum(waiting, over(work, share), cold));
}

function latency(action: string, operation: CountedOperation, units: Units): Decimal {
  if (action.startsWith("wechat:")) return assumed("weChatMs");
  if (action === "lambda:Invoke") {
    const verifier = operation.invocations.find((it) => it.function === "verifier");
    return verifier ? billedMs(verifier, operation, units) : zero;
  }
  if (/^dynamodb:(GetItem|BatchGetItem|Query)$/.test(action)) return assumed("readMs");
  if (/^dynamodb:(PutItem|UpdateItem|DeleteItem)$/.test(action)) return assumed("writeMs");
  if (action === "dynamodb:TransactWriteItems") return assumed("transactionMs");
  throw new Error(`How long does ${action} take? Say it in scripts/scale/usage.ts.`);
}

function memoryOf(invocation: CountedInvocation, { deployed }: Units): number {
  const memory = deployed.memory[invocation.function];
  if (memory === undefined) throw new Error(`${invocation.function} is not in the template.`);
  return memory;
}

/** The operation of this name, or an error that says how to count it again. */
export function operationOf({ operations }: Units, name: string): CountedOperation {
  const found = operations[name];
  if (!found) throw new Error(`${name} is not in docs/scale/units.json: run \`npm run scale\`.`);
  return found;
}

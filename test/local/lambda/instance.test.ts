import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { isRecord } from "../../../local/aws/json.ts";
import { type FunctionsOptions, localFunctions } from "../../../local/lambda/functions.ts";
import { terminalLine } from "../../../local/terminal-line.ts";
import { arnOf, describeFunction } from "../../support/fake-functions.ts";
import { isRunning } from "../../support/is-running.ts";
import { serverForThisTest } from "../../support/server.ts";

/** A real bundle in a directory of its own: it does what the event's `do` says. */
const source = `
import { get } from "node:http";
class NoStock extends Error {
  article = 7;
}
NoStock.prototype.name = "Shop.NoStock";
if (process.env.BROKEN) throw new RangeError("no configuration");
console.log({ phase: "init" });
let running = 0;
const actions = {
  echo: (event) => event,
  nothing() {},
  where: () => ({ pid: process.pid, environment: { ...process.env } }),
  context: (_, { getRemainingTimeInMillis, ...context }) => ({ ...context, remaining: getRemainingTimeInMillis() }),
  fail() { throw new TypeError("no such user"); },
  failAsShop() { throw new NoStock("sold out"); },
  failWithText() { throw "a text"; },
  failWithNothing() { throw undefined; },
  exit: () => process.exit(3),
  exitLater() { setImmediate(() => process.exit(1)); },
  partial: () => void process.stdout.write("no end of line"),
  hang: () => new Promise(() => setInterval(() => {}, 60_000)),
  async visit({ url }) {
    running += 1;
    const overlapping = running;
    await new Promise((resolve, reject) => get(url, resolve).on("error", reject));
    running -= 1;
    return { pid: process.pid, overlapping };
  },
  log() {
    console.log({ event: "login", nested: { outcome: "refused" } });
    console.debug("detail");
    console.info("text");
    console.warn("careful");
    console.log("several", 1, true, { a: "b" });
    console.log("%s of %d", "one", 2);
    console.trace("from where");
    console.fatal("the end");
    console.log();
    console.log(null);
    process.stdout.write("not from console\\n");
  },
  logErrors() {
    console.error(new NoStock("sold out"));
    console.error("order", 9, new NoStock("sold out"), new TypeError("boom"));
    console.warn({ order: 9, error: new TypeError("boom", { cause: new RangeError("too many") }) });
    const unstacked = new TypeError("boom");
    unstacked.stack = undefined;
    console.error(unstacked);
    console.error("no stack:", unstacked);
  },
  logWhatJsonCannotHold() {
    const circle = { name: "circle" };
    circle.self = circle;
    console.log(circle);
    console.log(12n);
    const error = new TypeError("boom");
    error.self = error;
    console.error(error);
  },
};
export const handler = async (event, context) => actions[event.do](event, context);
`;

const directory = await mkdtemp(join(tmpdir(), "weapp-login-function-"));
await writeFile(join(directory, "index.mjs"), source);
afterAll(() => rm(directory, { recursive: true }));

/** Lambda with this one function, and all that it logged; ends with the test. */
function lambda(options: Partial<FunctionsOptions> = {}) {
  // Not read-only: a timeout may change between two calls, so that only what is meant to be late is.
  const fn = { ...describeFunction("shop", { directory }), timeoutSeconds: 30 };
  const lines: string[] = [];
  const functions = localFunctions({
    functions: [fn],
    environmentOf: () => ({}),
    maxInstances: 1,
    freeze: false,
    mayLog: () => true,
    onLog: (_, line) => lines.push(line),
    ...options,
  });
  onTestFinished(() => functions.close());
  return {
    fn,
    functions,
    lines,
    invoke: (event: object) => functions.invoke("shop", JSON.stringify(event)),
    async pid(): Promise<number> {
      const { payload, functionError } = await functions.invoke("shop", '{"do":"where"}');
      if (functionError) throw new Error(`The function failed: ${payload}`);
      return Number(field(payload, "pid"));
    },
  };
}

function field(json: string, name: string): unknown {
  const value: unknown = JSON.parse(json);
  return isRecord(value) ? value[name] : undefined;
}

describe("an invocation", () => {
  test.each([["shop"], [arnOf("shop")]])(
    "of %s hands over the event and brings back the result",
    async (name) => {
      const { functions } = lambda();
      const event = { do: "echo", name: "张三", list: [1, null, "\u2028"] };
      const result = await functions.invoke(name, JSON.stringify(event));
      expect(JSON.parse(result.payload)).toEqual(event);
      expect(result.functionError).toBeUndefined();
    },
  );

  test("of a function that there is none of rejects", async () => {
    const { functions } = lambda();
    await expect(functions.invoke("cart", "{}")).rejects.toThrow("There is no function cart.");
    expect(functions.find("cart")).toBeUndefined();
  });

  test("of a handler that returns nothing comes to null", async () => {
    expect((await lambda().invoke({ do: "nothing" })).payload).toBe("null");
  });

  test("tells the handler what it may know of itself", async () => {
    const { fn, invoke } = lambda();
    const [first, second] = [await invoke({ do: "context" }), await invoke({ do: "context" })];
    expect(JSON.parse(first.payload)).toMatchObject({
      awsRequestId: first.requestId,
      functionName: "shop",
      invokedFunctionArn: fn.arn,
      memoryLimitInMB: "128",
    });
    const remaining = Number(field(first.payload, "remaining"));
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(30_000);
    expect(second.requestId).not.toBe(first.requestId);
  });

  test("finds the process of the one before it", async () => {
    const { pid } = lambda();
    expect(await pid()).toBe(await pid());
  });

  test("finds it in a process that is stopped in between, too", async () => {
    const { pid } = lambda({ freeze: true });
    expect(await pid()).toBe(await pid());
  });
});

describe("an invocation fails", () => {
  test("with the error that the handler threw, and the process goes on", async () => {
    const { invoke, pid } = lambda();
    const before = await pid();
    const result = await invoke({ do: "fail" });
    expect(result.functionError).toBe("Unhandled");
    expect(JSON.parse(result.payload)).toEqual({
      errorType: "TypeError",
      errorMessage: "no such user",
      trace: expect.arrayContaining(["TypeError: no such user", expect.stringContaining("index.mjs")]),
    });
    expect(await pid()).toBe(before);
  });

  test.each([
    ["failWithText", "a text"],
    ["failWithNothing", "handled"],
  ])("with whatever else was thrown: %s", async (what, errorMessage) => {
    const { payload, functionError } = await lambda().invoke({ do: what });
    expect(functionError).toBe("Unhandled");
    expect(JSON.parse(payload)).toEqual({ errorType: "string", errorMessage, trace: [] });
  });

  test("when the process exits, and the next one gets a new instance", async () => {
    const { invoke, pid } = lambda();
    const before = await pid();
    const result = await invoke({ do: "exit" });
    expect(result.functionError).toBe("Unhandled");
    expect(field(result.payload, "errorType")).toBe("Runtime.ExitError");
    expect(await pid()).not.toBe(before);
  });

  test("when the timeout is over: the process is killed, and the next one gets a new instance", async () => {
    const { fn, invoke, pid } = lambda();
    const before = await pid();
    fn.timeoutSeconds = 0.05;
    const result = await invoke({ do: "hang" });
    expect(result.functionError).toBe("Unhandled");
    expect(field(result.payload, "errorMessage")).toBe("Task timed out after 0.05 seconds");
    expect(isRunning(before)).toBe(false);
    fn.timeoutSeconds = 30;
    expect(await pid()).not.toBe(before);
  });

  test("when the module cannot be loaded, and the next one gets a new instance", async () => {
    let environment: Record<string, string> = { BROKEN: "yes" };
    const { invoke, pid } = lambda({ environmentOf: () => environment });
    const result = await invoke({ do: "echo" });
    expect(result.functionError).toBe("Unhandled");
    expect(JSON.parse(result.payload)).toMatchObject({
      errorType: "RangeError",
      errorMessage: "no configuration",
    });
    environment = {};
    expect(await pid()).toBeGreaterThan(0);
  });
});

test("the environment is what was given, what Lambda adds, and what saves memory: nothing of the parent's", async () => {
  vi.stubEnv("AWS_PROFILE", "canary");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "canary");
  vi.stubEnv("NODE_OPTIONS", "--no-warnings");
  vi.stubEnv("SOMETHING_OF_MINE", "canary");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { fn, invoke } = lambda({ environmentOf: () => ({ GREETING: "hello" }) });
  const environment = field((await invoke({ do: "where" })).payload, "environment");
  if (!isRecord(environment)) throw new Error("There is no environment.");
  // macOS puts this one into every process.
  const { __CF_USER_TEXT_ENCODING, ...seen } = environment;
  expect(seen).toEqual({
    GREETING: "hello",
    MALLOC_TRIM_THRESHOLD_: "131072",
    AWS_LAMBDA_FUNCTION_NAME: "shop",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memorySize),
    LAMBDA_TASK_ROOT: directory,
    _HANDLER: "index.handler",
  });
});

test("what a function is asked and answers passes through no port, which would be everybody's", async () => {
  const listening = () => process.getActiveResourcesInfo().filter((it) => it === "TCPServerWrap").length;
  const before = listening();
  const { pid } = lambda();
  await pid();
  expect(listening()).toBe(before);
});

describe("a log line", () => {
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  /** All that came from `console` in one invocation, with what every line of it has. */
  async function logged(what: string) {
    const { invoke, lines } = lambda();
    const { requestId } = await invoke({ do: what });
    const [init, ...found] = lines
      .filter((line) => line.includes('"level"'))
      .map((line): unknown => JSON.parse(line));
    const line = (level: string, message: unknown, more: object = {}) => ({
      timestamp: time,
      level,
      requestId,
      message,
      ...more,
    });
    return { init, found, line, lines };
  }

  /** Of an error: every line of its stack, the first one too. */
  const stack = (first: string) => expect.arrayContaining([first, expect.stringContaining("index.mjs")]);
  const soldOut = {
    // The class, whatever the error calls itself.
    errorType: "NoStock",
    errorMessage: "sold out",
    stackTrace: stack("Shop.NoStock: sold out"),
  };
  const boom = { errorType: "TypeError", errorMessage: "boom", stackTrace: stack("TypeError: boom") };

  test("is Lambda's JSON, with what was logged under message: an object as an object", async () => {
    const { init, found, line, lines } = await logged("log");
    // Before the first invocation there is no request.
    expect(init).toEqual({ timestamp: time, level: "INFO", message: { phase: "init" } });
    expect(found).toEqual([
      line("INFO", { event: "login", nested: { outcome: "refused" } }),
      line("DEBUG", "detail"),
      line("INFO", "text"),
      line("WARN", "careful"),
      line("INFO", "several 1 true { a: 'b' }"),
      line("INFO", "one of 2"),
      line("TRACE", "from where"),
      line("FATAL", "the end"),
      line("INFO", undefined),
      line("INFO", null),
    ]);
    expect(lines).toContain("not from console");
  });

  test("of an error has it as the message, and of an error among others beside the message", async () => {
    const { found, line } = await logged("logErrors");
    expect(found).toEqual([
      line("ERROR", { ...soldOut, article: 7 }),
      line("ERROR", expect.stringMatching(/^order 9 .*sold out.*TypeError: boom/s), soldOut),
      line("WARN", { order: 9, error: boom }),
      line("ERROR", { errorType: "TypeError", errorMessage: "boom" }),
      line("ERROR", "no stack: [TypeError: boom]", { ...boom, stackTrace: [] }),
    ]);
  });

  test("of what JSON cannot hold is the text that Node makes of it", async () => {
    const { found, line } = await logged("logWhatJsonCannotHold");
    expect(found).toEqual([
      line("INFO", "<ref *1> { name: 'circle', self: [Circular *1] }"),
      line("INFO", "12n"),
      line("ERROR", expect.stringMatching(/^<ref \*1> TypeError: boom.*self: \[Circular \*1\]/s)),
    ]);
  });

  test("is there before the answer to the invocation that wrote it", async () => {
    const { invoke, lines } = lambda();
    await invoke({ do: "log" });
    expect(lines.at(-2)).toBe("not from console");
    await invoke({ do: "fail" });
    expect(lines.at(-2)).toContain("no such user");
  });

  test("tells of every error that nobody caught", async () => {
    const { invoke, lines } = lambda();
    const { requestId } = await invoke({ do: "fail" });
    const found = lines.find((line) => line.includes("no such user"));
    expect(JSON.parse(found ?? "null")).toMatchObject({
      level: "ERROR",
      requestId,
      message: { errorType: "TypeError", errorMessage: "no such user" },
    });
  });

  test("names an uncaught error by its class, and the answer by its name; what is no error becomes one", async () => {
    const named = await logged("failAsShop");
    expect(named.found).toEqual([named.line("ERROR", { ...soldOut, article: 7 })]);
    const { payload } = await lambda().invoke({ do: "failAsShop" });
    expect(field(payload, "errorType")).toBe("Shop.NoStock");
    const { found, line } = await logged("failWithText");
    const thrown = { errorType: "Error", errorMessage: "a text", stackTrace: expect.any(Array) };
    expect(found).toEqual([line("ERROR", thrown)]);
  });

  test("of Lambda's own reports each invocation, with its request and how it ended", async () => {
    const { invoke, lines } = lambda();
    const ids = [await invoke({ do: "nothing" }), await invoke({ do: "fail" })].map((it) => it.requestId);
    const reports = lines.filter((line) => line.includes("platform.report"));
    expect(reports.map((line): unknown => JSON.parse(line))).toMatchObject([
      { time, type: "platform.report", record: { requestId: ids[0], status: "success" } },
      { time, type: "platform.report", record: { requestId: ids[1], status: "error" } },
    ]);
  });

  test.each([
    ["exit", "ended before it answered: its process was killed or exited"],
    ["hang", "timed out after 0.2 seconds and was stopped"],
  ])(
    "of an invocation that could not end itself (%s) is a sentence in the terminal",
    async (what, sentence) => {
      const { fn, invoke, lines, pid } = lambda();
      await pid();
      fn.timeoutSeconds = 0.2;
      const { requestId } = await invoke({ do: what });
      const shown = lines.map((line) => terminalLine(fn, line));
      expect(shown.at(-1)).toBe(`${sentence} (request ${requestId}).`);
    },
  );

  test("of an invocation that could end itself is what the function wrote, and no report", async () => {
    const { fn, invoke, lines } = lambda();
    await invoke({ do: "log" });
    await invoke({ do: "fail" });
    const shown = lines.map((line) => terminalLine(fn, line)).filter((line) => line !== undefined);
    expect(shown).toEqual(lines.filter((line) => !line.includes("platform.report")));
    expect(shown.length).toBe(lines.length - 2);
  });

  test("is lost where the role may not write it", async () => {
    const { invoke, lines, functions } = lambda({ mayLog: () => false });
    expect((await invoke({ do: "log" })).functionError).toBeUndefined();
    await functions.close();
    expect(lines).toEqual([]);
  });

  test("without an end of line is a line all the same, and delays nothing", async () => {
    const { invoke, lines } = lambda();
    expect((await invoke({ do: "partial" })).functionError).toBeUndefined();
    expect(lines).toContain("no end of line");
  });
});

/** A place where calls wait for each other: `size` of them at a time get their answers together. */
async function meetingPlace(size: number): Promise<{ url: string; firstArrival: Promise<void> }> {
  const waiting: ServerResponse[] = [];
  const { promise: firstArrival, resolve } = Promise.withResolvers<void>();
  const url = await serverForThisTest((_, response) => {
    resolve();
    waiting.push(response);
    if (waiting.length === size) for (const it of waiting.splice(0)) it.end();
  });
  return { url, firstArrival };
}

describe("invocations at once", () => {
  test("share the instances there may be: as many as that, and one invocation at a time in each", async () => {
    const { invoke } = lambda({ maxInstances: 2 });
    // Two calls meet; if more than two ran, they would be spread over more processes.
    const { url } = await meetingPlace(2);
    const visits = await Promise.all(Array.from({ length: 6 }, () => invoke({ do: "visit", url })));
    expect(new Set(visits.map(({ payload }) => field(payload, "pid"))).size).toBe(2);
    expect(visits.map(({ payload }) => field(payload, "overlapping"))).toEqual(Array(6).fill(1));
  });

  test("wait for the one instance there may be, even if it dies on the way", async () => {
    const { invoke, pid } = lambda({ maxInstances: 1 });
    const [dead, alive] = await Promise.all([invoke({ do: "exit" }), pid()]);
    expect(dead.functionError).toBe("Unhandled");
    expect(alive).toBeGreaterThan(0);
  });

  test("leave idle those that are not needed any more: the one that was used last is used next", async () => {
    const { invoke, pid } = lambda({ maxInstances: 2 });
    const { url } = await meetingPlace(2);
    await Promise.all([invoke({ do: "visit", url }), invoke({ do: "visit", url })]);
    const used = [await pid(), await pid(), await pid()];
    expect(new Set(used).size).toBe(1);
  });

  test("is not started for a caller that still waited when everything closed", async () => {
    const { functions, invoke } = lambda({ maxInstances: 1 });
    const { url, firstArrival } = await meetingPlace(2);
    const running = invoke({ do: "visit", url });
    await firstArrival;
    const refused = expect(invoke({ do: "nothing" })).rejects.toThrow("Lambda is closed.");
    await functions.close();
    expect((await running).functionError).toBe("Unhandled");
    await refused;
  });
});

describe("an instance", () => {
  test("is a new one after recycle, and the old one is gone", async () => {
    const { functions, pid } = lambda();
    const before = await pid();
    await functions.recycle();
    expect(isRunning(before)).toBe(false);
    expect(await pid()).not.toBe(before);
  });

  test("is gone after close, even in the middle of a call, whose caller is told", async () => {
    const { functions, invoke, pid } = lambda();
    const [instance, { url, firstArrival }] = [await pid(), await meetingPlace(2)];
    const called = invoke({ do: "visit", url });
    await firstArrival;
    await functions.close();
    expect(isRunning(instance)).toBe(false);
    expect((await called).functionError).toBe("Unhandled");
  });

  test("that had nothing to do for a while ends, and the next invocation starts another", async () => {
    const { pid } = lambda({ idleMs: 1 });
    const before = await pid();
    await vi.waitFor(() => expect(isRunning(before)).toBe(false));
    expect(await pid()).not.toBe(before);
  });

  test("that died between two invocations is not used again", async () => {
    const { fn, invoke, pid } = lambda();
    const before = await pid();
    await invoke({ do: "exitLater" });
    await vi.waitFor(() => expect(isRunning(before)).toBe(false));
    fn.timeoutSeconds = 5;
    expect(await pid()).not.toBe(before);
  });
});

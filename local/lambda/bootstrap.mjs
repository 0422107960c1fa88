// What Lambda's own runtime does for Node: takes invocations, calls the handler, sends back the result, and writes logs in
// Lambda's JSON format. Plain JavaScript, so that a cold start here is the function's own.
import { Socket } from "node:net";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const { LAMBDA_TASK_ROOT, _HANDLER } = process.env;
/** Where Lambda has its Runtime API: a pipe that only the parent has the other end of. One JSON object a line. */
const runtime = new Socket({ fd: 3 });
let requestId;

for (const [method, level] of Object.entries({
  trace: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
})) {
  console[method] = (...args) => {
    process.stdout.write(`${logLine(level, args)}\n`);
  };
}

/**
 * One thing logged is the message as it is; several are put together as text, and the first error among them is told of
 * beside it.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/LogPatch.js
 */
function logLine(level, args) {
  const envelope = { timestamp: new Date().toISOString(), level, requestId };
  if (args.length > 1) {
    const error = args.find((it) => it instanceof Error);
    return JSON.stringify({ ...envelope, message: format(...args), ...(error && describe(error, [])) });
  }
  const [message] = args;
  try {
    const withErrors = (_, value) => (value instanceof Error ? { ...describe(value), ...value } : value);
    return JSON.stringify({ ...envelope, message }, withErrors);
  } catch {
    // It holds itself, or what JSON has no word for.
    return JSON.stringify({ ...envelope, message: format(message) });
  }
}

/** Logs name an error by its class, answers by its `name`. */
function describe(error, withoutStack = error.stack) {
  return {
    errorType: error.constructor?.name ?? "UnknownError",
    errorMessage: error.message,
    stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : withoutStack,
  };
}

/** https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/Errors.js */
function failure(thrown) {
  return thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack?.split("\n") }
    : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/** Tells the other end of the pipe that this invocation's log is complete: it is shown before the answer. */
function endLog() {
  process.stdout.write("\u0000\n");
}

/** `requestId` and `payload`, and `failed` of what was thrown; resolves when it has been written. */
function send(message) {
  return new Promise((resolve) => runtime.write(`${JSON.stringify(message)}\n`, resolve));
}

function fail(thrown) {
  console.error(thrown instanceof Error ? thrown : new Error(thrown));
  endLog();
  return send({ requestId, payload: JSON.stringify(failure(thrown)), failed: true });
}

async function loadHandler() {
  const [file, name] = _HANDLER.split(".");
  const module = await import(new URL(`${file}.mjs`, pathToFileURL(`${LAMBDA_TASK_ROOT}/`)));
  return module[name];
}

async function invoke(handler, invocation) {
  requestId = invocation.requestId;
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => invocation.deadline - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(invocation.payload), context);
    endLog();
    await send({ requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    await fail(error ?? "handled");
  }
}

const handler = await loadHandler().catch(async (error) => {
  await fail(error);
  process.exit(1);
});

let received = "";
runtime.setEncoding("utf8").on("data", async (chunk) => {
  received += chunk;
  // There is one invocation at a time.
  if (!received.endsWith("\n")) return;
  const invocation = JSON.parse(received);
  received = "";
  await invoke(handler, invocation);
  await send({ next: true });
});
// Whoever started this is gone.
runtime.on("close", () => process.exit());
send({ next: true });

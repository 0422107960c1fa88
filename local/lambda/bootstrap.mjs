// What Lambda's own runtime does for Node: fetches invocations from the Runtime API, calls the handler, sends back the
// result, and writes logs in Lambda's JSON format. Plain JavaScript, so that a cold start here is the function's own.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { pathToFileURL } from "node:url";
import { format } from "node:util";

// An import of it would load all of undici: more than a third of what an empty function's start takes.
const http = process.getBuiltinModule("node:http");

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const agent = new http.Agent({ keepAlive: true });
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

function call(method, path, body) {
  const [hostname, port] = AWS_LAMBDA_RUNTIME_API.split(":");
  return new Promise((resolve, reject) => {
    const request = http.request(
      { method, hostname, port, path: `/2018-06-01/runtime/${path}`, agent },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ headers: response.headers, text }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Tells the other end of the pipe that this invocation's log is complete: it is shown before the answer. */
function endLog() {
  process.stdout.write("\u0000\n");
}

async function fail(path, thrown) {
  console.error(thrown instanceof Error ? thrown : new Error(thrown));
  endLog();
  await call("POST", path, JSON.stringify(failure(thrown)));
}

async function loadHandler() {
  const [file, name] = _HANDLER.split(".");
  const module = await import(new URL(`${file}.mjs`, pathToFileURL(`${LAMBDA_TASK_ROOT}/`)));
  return module[name];
}

const handler = await loadHandler().catch(async (error) => {
  await fail("init/error", error);
  process.exit(1);
});

for (;;) {
  const { headers, text } = await call("GET", "invocation/next");
  requestId = headers["lambda-runtime-aws-request-id"];
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    const result = await handler(JSON.parse(text), context);
    endLog();
    await call("POST", `invocation/${requestId}/response`, JSON.stringify(result ?? null));
  } catch (error) {
    await fail(`invocation/${requestId}/error`, error ?? "handled");
  }
}

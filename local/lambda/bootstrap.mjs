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
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
})) {
  console[method] = (...args) => log(level, args.length === 1 ? args[0] : format(...args));
}

function log(level, what) {
  const message = what instanceof Error ? describe(what) : what;
  process.stdout.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level, requestId, message })}\n`,
  );
}

function describe(error) {
  const isError = error instanceof Error;
  return {
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    stackTrace: isError ? (error.stack ?? "").split("\n").slice(1) : [],
  };
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

async function fail(path, error) {
  log("ERROR", error);
  endLog();
  await call("POST", path, JSON.stringify(describe(error)));
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
    await fail(`invocation/${requestId}/error`, error);
  }
}

// What Lambda's own runtime does for Node, and as little: it has node:http by `require` (an `import` would load all of
// undici into every function, and hide what a bundle pays that does so), patches the console, and fetches invocations
// with a native client, for which two pipes stand here. Each line on the way out has the CPU time of the whole process
// so far, in µs, user and system, all threads.
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
import { read, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

createRequire(import.meta.url)("node:http");

const [invocations, answers] = [3, 4];
const chunk = Buffer.alloc(64 * 1024);

for (const [method, level] of Object.entries({ log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" })) {
  console[method] = (message) =>
    process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, message })}\n`);
}

/** The next invocation's event; undefined when there will be none. */
function nextEvent() {
  return new Promise((resolve, reject) => {
    let text = "";
    const readOn = () =>
      read(invocations, chunk, 0, chunk.length, null, (error, length) => {
        if (error) return reject(error);
        text += chunk.toString("utf8", 0, length);
        if (length === 0) resolve(undefined);
        else if (text.endsWith("\n")) resolve(JSON.parse(text));
        else readOn();
      });
    readOn();
  });
}

function tell(what) {
  const { user, system } = process.cpuUsage();
  writeSync(answers, `${JSON.stringify({ cpu: user + system, ...what })}\n`);
}

const { handler } = await import(new URL("index.mjs", pathToFileURL(`${process.env.LAMBDA_TASK_ROOT}/`)));
tell({});
for (let event = await nextEvent(); event !== undefined; event = await nextEvent()) {
  const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 3_000 };
  try {
    tell({ result: (await handler(event, context)) ?? null });
  } catch (error) {
    tell({ failed: String(error?.stack ?? error) });
  }
}
process.exit();

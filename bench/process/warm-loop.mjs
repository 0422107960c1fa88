// A function, warm: its handler called again and again inside one process, without the Runtime API, whose own cost
// would blur a comparison of calls that take a few dozen microseconds. The parent sends `{ calls, event }`; the answer
// is the CPU time of the whole process for them, in µs, with the last result.
import { pathToFileURL } from "node:url";

console.log = (message) => void process.stdout.write(`${JSON.stringify({ level: "INFO", message })}\n`);

const { handler } = await import(new URL("index.mjs", pathToFileURL(`${process.env.LAMBDA_TASK_ROOT}/`)));
const context = { awsRequestId: "warm", getRemainingTimeInMillis: () => 3_000 };

process.on("message", async ({ calls, event }) => {
  try {
    let result;
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call++) result = await handler(JSON.parse(event), context);
    const { user, system } = process.cpuUsage(before);
    process.send({ cpu: user + system, result });
  } catch (error) {
    process.send({ failed: String(error?.stack ?? error) });
  }
});
process.on("disconnect", () => process.exit());
process.send({ ready: true });

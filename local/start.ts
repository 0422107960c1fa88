import { parseArgs } from "node:util";
import { createPlayground } from "../playground/server/playground.ts";
import { startWeChatSimulator } from "../simulator/simulator.ts";
import { addSampleAccount, setAppSecrets } from "./after-deploy.ts";
import { appIdsOf, readAssembly } from "./assembly.ts";
import { printGuide } from "./guide.ts";
import { startLaptop } from "./laptop.ts";
import { sample } from "./sample.ts";
import { synthesize } from "./synthesize.ts";

const usage = `npm start [-- --data DIR]

  --data DIR          keep tables and secrets in DIR (default: in memory, gone at the end)

  PORT                port of the API (3000)
  WECHAT_PORT         port of the WeChat simulator (3001)
  AWS_PORT            port of DynamoDB, Secrets Manager, Lambda and CloudFormation (3002)
  WECHAT_APP_ID, WECHAT_APP_SECRET
                      use the real WeChat with this mini-program
  WECHAT_BASE_URL     use this stand-in for https://api.weixin.qq.com instead of the simulator`;

/** A mistake of the person who started this: said in one line, without a stack. */
class UsageError extends Error {}

try {
  await start();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exit(1);
}

async function start(): Promise<void> {
  const { data, help } = readArguments();
  if (help) {
    console.log(usage);
    return;
  }
  const ports = {
    PORT: readPort("PORT", 3000),
    WECHAT_PORT: readPort("WECHAT_PORT", 3001),
    AWS_PORT: readPort("AWS_PORT", 3002),
  };
  const weChat = readWeChat();

  console.log("Synthesizing the stack (a few seconds the first time) …");
  const assemblyDirectory = await synthesize({ appId: weChat.appId, hello: "true" });

  const simulator =
    weChat.url === undefined
      ? await startWeChatSimulator({
          apps: appIdsOf(await readAssembly(assemblyDirectory, "WeappLogin")).map((appId) => ({
            appId,
            secret: weChat.appSecret,
          })),
          port: ports.WECHAT_PORT,
          onRequest({ advice }) {
            if (advice !== undefined) console.log(`${"WeChat".padEnd(10)} ${advice}`);
          },
        }).catch(explain(ports, data))
      : undefined;
  const playground = simulator && createPlayground(simulator);
  const laptop = await startLaptop({
    assemblyDirectory,
    weChatUrl: weChat.url ?? simulator?.url ?? "",
    port: ports.PORT,
    awsPort: ports.AWS_PORT,
    ...(data !== undefined && { dataDirectory: data }),
    ...(playground && {
      watch: playground.watch,
      otherwise: playground.answer,
      intercept: playground.intercept,
    }),
    async setUp(laptop) {
      await setAppSecrets(laptop, weChat.appSecret);
      await addSampleAccount(laptop);
      playground?.connect(laptop);
    },
    onLog: (fn, line) => {
      // Lambda's own lines, one per invocation, would drown the functions'.
      if (!line.includes('"type":"platform.')) console.log(`${fn.label.padEnd(10)} ${line}`);
    },
  }).catch(explain(ports, data));

  printGuide({
    laptop,
    simulatorUrl: simulator && `http://localhost:${simulator.port}`,
    weChatUrl: weChat.url,
    dataDirectory: data,
  });

  const stop = async () => {
    // A second Ctrl-C, while this is under way, ends the process the hard way.
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await laptop.close();
    await simulator?.close();
    console.log("\nStopped.");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: { data: { type: "string" }, help: { type: "boolean" } } });
    if (values.data === "") throw new Error("--data needs a directory.");
    return values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function readPort(name: string, otherwise: number): number {
  const value = process.env[name];
  if (value === undefined || value === "") return otherwise;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`${name} must be a port between 0 and 65535, and is "${value}".`);
  }
  return port;
}

/** Which WeChat: without a `url` the simulator. */
function readWeChat(): { appId: string; appSecret: string; url?: string } {
  const { WECHAT_APP_ID: appId, WECHAT_APP_SECRET: appSecret, WECHAT_BASE_URL: url } = process.env;
  if (!appId !== !appSecret) {
    throw new UsageError(
      `WECHAT_APP_ID and WECHAT_APP_SECRET go together: ${appId ? "WECHAT_APP_SECRET" : "WECHAT_APP_ID"} is missing.`,
    );
  }
  if (url && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new UsageError(`WECHAT_BASE_URL must begin with http:// or https://, and is "${url}".`);
  }
  if (appId && !/^[A-Za-z0-9_-]{1,128}$/.test(appId)) {
    throw new UsageError(`WECHAT_APP_ID looks like wx0123456789abcdef, and is "${appId}".`);
  }
  if (appId && appSecret) return { appId, appSecret, url: url || "https://api.weixin.qq.com" };
  return { appId: sample.appId, appSecret: sample.appSecret, ...(url && { url }) };
}

/** What went wrong at the start, in one line with the way out, where it is something that happens to people. */
function explain(ports: Readonly<Record<string, number>>, data: string | undefined) {
  return (error: unknown): never => {
    const { code, port } = error as { code?: unknown; port?: unknown };
    if (code === "EADDRINUSE" || code === "EACCES") {
      const [variable, taken] = Object.entries(ports).find(([, it]) => it === port) ?? ["PORT", Number(port)];
      const other = taken < 1_024 ? taken + 8_000 : taken > 65_000 ? taken - 10 : taken + 10;
      const what = code === "EACCES" ? "may not be used" : "is taken. End what runs there, or";
      throw new UsageError(
        `Port ${taken} ${what}${code === "EACCES" ? ":" : ""} choose another: ${variable}=${other} npm start`,
      );
    }
    if (isLocked(error)) {
      throw new UsageError(
        `The data in ${data} are in use: another npm start keeps its tables there. End it first.`,
      );
    }
    throw error;
  };
}

/** LevelDB says so at some depth: a directory is good for one process at a time. */
function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && error.code === "LEVEL_LOCKED") || isLocked(error.cause);
}

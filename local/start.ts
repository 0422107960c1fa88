import { parseArgs } from "node:util";
import { printGuide } from "./guide.ts";
import { startLaptop } from "./laptop.ts";
import { addSampleAccount, sample, setAppSecrets } from "./sample.ts";
import { synthesize } from "./synthesize.ts";
import { startWechatSimulator } from "./wechat/simulator.ts";

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
      ? await startWechatSimulator({
          apps: [{ appid: weChat.appId, secret: weChat.appSecret }],
          port: ports.WECHAT_PORT,
        }).catch(portTaken(ports))
      : undefined;
  const laptop = await startLaptop({
    assemblyDirectory,
    weChatUrl: weChat.url ?? simulator?.url ?? "",
    port: ports.PORT,
    awsPort: ports.AWS_PORT,
    ...(data !== undefined && { dataDirectory: data }),
    onLog: (fn, line) => {
      // Lambda's own lines, one per invocation, would drown the functions'.
      if (!line.includes('"type":"platform.')) console.log(`${fn.label.padEnd(10)} ${line}`);
    },
  }).catch(portTaken(ports));
  await setAppSecrets(laptop, weChat.appSecret);
  await addSampleAccount(laptop);

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
  if (url && !URL.canParse(url)) throw new UsageError(`WECHAT_BASE_URL is not a URL: "${url}".`);
  if (appId && appSecret) return { appId, appSecret, url: url || "https://api.weixin.qq.com" };
  return { appId: sample.appId, appSecret: sample.appSecret, ...(url && { url }) };
}

function portTaken(ports: Readonly<Record<string, number>>) {
  return (error: unknown): never => {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE" && "port" in error) {
      const [variable, port] = Object.entries(ports).find(([, it]) => it === error.port) ?? ["PORT", 0];
      throw new UsageError(
        `Port ${port} is taken. End what runs there, or choose another: ${variable}=${port + 10} npm start`,
      );
    }
    throw error;
  };
}

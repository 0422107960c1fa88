import { parseArgs } from "node:util";
import { sample } from "./sample.ts";
import { UsageError } from "./usage-error.ts";

export const usage = `npm start [-- [-c NAME=VALUE]… [--data DIR]]

  -c, --context NAME=VALUE
                      a setting, as \`cdk deploy -c\` takes it (-c verifier=none); any number of them
  --data DIR          keep tables and secrets in DIR (default: in memory, gone at the end)

  PORT                port of the API (3000)
  WECHAT_PORT         port of the WeChat simulator (PORT + 1)
  AWS_PORT            port of DynamoDB, Secrets Manager, Lambda and CloudFormation (PORT + 2)
  WECHAT_APP_ID, WECHAT_APP_SECRET
                      use the real WeChat with this mini-program
  WECHAT_BASE_URL     use this stand-in for https://api.weixin.qq.com instead of the simulator`;

export interface StartOptions {
  /** Settings of the stack, as CDK's context has them. */
  readonly context: Readonly<Record<string, string>>;
  readonly data: string | undefined;
  readonly ports: Ports;
  /** Of every mini-program that is served. */
  readonly appSecret: string;
  /** Undefined: the simulator. */
  readonly weChatUrl: string | undefined;
}

export type Ports = Readonly<Record<"PORT" | "WECHAT_PORT" | "AWS_PORT", number>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a UsageError. Undefined: the usage was asked for. */
export function readStartOptions(
  args: readonly string[],
  environment: Environment,
): StartOptions | undefined {
  const { data, help, settings } = readArguments(args);
  if (help) return undefined;
  const { appId, ...weChat } = readWeChat(environment);
  if (appId !== undefined && settings.appId !== undefined && settings.appId !== appId) {
    throw new UsageError(`WECHAT_APP_ID is ${appId} and -c appId is ${settings.appId}: give one of them.`);
  }
  return {
    context: { appId: appId ?? sample.appId, hello: "true", ...settings },
    data,
    ports: readPorts(environment),
    ...weChat,
  };
}

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        context: { type: "string", short: "c", multiple: true },
        data: { type: "string" },
        help: { type: "boolean" },
      },
    });
    const { context = [], data, help } = values;
    if (data === "") throw new Error("--data needs a directory.");
    return { data, help, settings: Object.fromEntries(context.map(readSetting)) };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

/** The name and the value; which there are, is the stack's to say. */
function readSetting(setting: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (name === undefined || value === undefined)
    throw new Error(`-c takes NAME=VALUE, and not "${setting}".`);
  return [name, value];
}

/** Ports that are not given follow PORT; where the system chooses that one, it chooses them all. */
function readPorts(environment: Environment): Ports {
  const api = readPort(environment, "PORT", 3000);
  const after = (distance: number) => (api === 0 ? 0 : api + distance);
  return {
    PORT: api,
    WECHAT_PORT: readPort(environment, "WECHAT_PORT", after(1)),
    AWS_PORT: readPort(environment, "AWS_PORT", after(2)),
  };
}

function readPort(environment: Environment, name: keyof Ports, otherwise: number): number {
  const value = environment[name] || String(otherwise);
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`${name} must be a port between 0 and 65535, and is "${value}".`);
  }
  return port;
}

function readWeChat({
  WECHAT_APP_ID: appId,
  WECHAT_APP_SECRET: appSecret,
  WECHAT_BASE_URL: url,
}: Environment) {
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
  return appId && appSecret
    ? { appId, appSecret, weChatUrl: url || "https://api.weixin.qq.com" }
    : { appId: undefined, appSecret: sample.appSecret, weChatUrl: url || undefined };
}

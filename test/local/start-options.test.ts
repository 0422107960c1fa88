import { describe, expect, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { readStartOptions } from "../../local/start-options.ts";
import { UsageError } from "../../local/usage-error.ts";

const none = { appSecret: sample.appSecret, weChatUrl: undefined };
const read = (args: string[], environment: Record<string, string> = {}) =>
  readStartOptions(args, environment);

test("nothing said: the sample mini-program with the simulator, at ports 3000 and after", () => {
  expect(read([])).toEqual({
    ...none,
    context: { appId: sample.appId, hello: "true" },
    data: undefined,
    ports: { PORT: 3000, WECHAT_PORT: 3001, AWS_PORT: 3002 },
  });
});

test("-c takes settings as CDK does: any number of them, the last of a name, and over what is usual here", () => {
  const args = ["-c", "verifier=none", "--context", "corsOrigins=http://a,http://b", "-chello=false"];
  expect(
    read([...args, "-c", "verifier=built-in", "-c", "alarmEmail=a=b@c", "-c", "appId="])?.context,
  ).toEqual({
    appId: "",
    hello: "false",
    verifier: "built-in",
    corsOrigins: "http://a,http://b",
    alarmEmail: "a=b@c",
  });
});

test.each<[Record<string, string>, number[]]>([
  [{ PORT: "4000" }, [4000, 4001, 4002]],
  [{ PORT: "4000", WECHAT_PORT: "5000" }, [4000, 5000, 4002]],
  [{ PORT: "4000", AWS_PORT: "5000" }, [4000, 4001, 5000]],
  [{ AWS_PORT: "0" }, [3000, 3001, 0]],
  [{ PORT: "0" }, [0, 0, 0]],
  [{ PORT: "", WECHAT_PORT: "" }, [3000, 3001, 3002]],
])("of %j the ports are %j", (environment, ports) => {
  expect(Object.values(read([], environment)?.ports ?? {})).toEqual(ports);
});

describe("WeChat is", () => {
  const own = { WECHAT_APP_ID: "wx1", WECHAT_APP_SECRET: "s" };

  test.each<[string, Record<string, string>, object]>([
    [
      "the real one for a mini-program of one's own",
      own,
      { appSecret: "s", weChatUrl: "https://api.weixin.qq.com" },
    ],
    ["a stand-in for it", { ...own, WECHAT_BASE_URL: "http://w" }, { appSecret: "s", weChatUrl: "http://w" }],
    ["a stand-in for the sample", { WECHAT_BASE_URL: "http://w" }, { ...none, weChatUrl: "http://w" }],
  ])("%s", (_what, environment, expected) => {
    expect(read([], environment)).toMatchObject(expected);
  });

  test("asked for the AppId that was given in either way", () => {
    expect(read([], own)?.context.appId).toBe("wx1");
    expect(read(["-c", "appId=wx2"])?.context.appId).toBe("wx2");
    expect(read(["-c", "appId=wx1"], own)?.context.appId).toBe("wx1");
    expect(() => read(["-c", "appId=wx2"], own)).toThrow("WECHAT_APP_ID is wx1 and -c appId is wx2");
  });
});

test.each<[string, string[], Record<string, string>, string]>([
  ["a setting without a value", ["-c", "verifier"], {}, '-c takes NAME=VALUE, and not "verifier".'],
  ["a setting without a name", ["-c", "=none"], {}, '-c takes NAME=VALUE, and not "=none".'],
  ["-c at the end", ["-c"], {}, "argument missing"],
  ["no directory", ["--data="], {}, "--data needs a directory."],
  ["an unknown option", ["--port=1"], {}, "Unknown option '--port'"],
  [
    "a port that is too high after PORT",
    [],
    { PORT: "65535" },
    'WECHAT_PORT must be a port between 0 and 65535, and is "65536".',
  ],
])("%s is a mistake that is said", (_what, args, environment, message) => {
  expect(() => read(args, environment)).toThrow(UsageError);
  expect(() => read(args, environment)).toThrow(message);
});

test("--help is no mistake", () => {
  expect(read(["--help"])).toBeUndefined();
});

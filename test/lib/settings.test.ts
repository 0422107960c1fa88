import { readFile } from "node:fs/promises";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { describe, expect, test } from "vitest";
import { stackPropSchemas } from "../../lib/prop-schemas.ts";
import type { WeappLoginStackProps } from "../../lib/props.ts";
import { sampleAppId, settingsFromContext } from "../../lib/settings.ts";
import { WeappLoginStack } from "../../lib/weapp-login-stack.ts";
import { newApp } from "../support/in-process.ts";

const appId = sampleAppId;
const certificateArn = "arn:aws:acm:eu-west-1:111111111111:certificate/one";
const settings = (context: Record<string, unknown>) => settingsFromContext(newApp(context).node);

/** Each setting: what is taken for which props, beside its partner where it needs one, and what is refused. */
interface Example {
  readonly taken: readonly (readonly [value: unknown, props: Partial<WeappLoginStackProps>])[];
  readonly refused: readonly unknown[];
  readonly beside?: Readonly<Record<string, unknown>>;
}

const wholeNumbers = ["unlimited", "1.5", "-1", "1e3", 1.5, -1, true, [5]];
const seconds = ["1h", "-1", "1.5", "1e3", -1, 1.5, true];
const flags = ["yes", "off", "True", 1];

const examples: Readonly<Record<string, Example>> = {
  appId: { taken: [["wxb", { appId: "wxb" }]], refused: ["wx b", "undefined!", 5, true] },
  otherAppIds: {
    taken: [
      ["wxb, wxc", { otherAppIds: ["wxb", "wxc"] }],
      [["wxb", "wxc"], { otherAppIds: ["wxb", "wxc"] }],
    ],
    refused: ["wxb,", "wx b", [5], 5],
  },
  verifier: {
    taken: [
      ["none", { verifier: "none" }],
      ["built-in", { verifier: "built-in" }],
    ],
    refused: ["builtin", "Built-in", "None", true, false],
  },
  identitiesPerAccount: {
    taken: [["one-per-app", { identitiesPerAccount: "one-per-app" }]],
    refused: ["1", 1, "one"],
  },
  sessionLifetimeSeconds: {
    taken: [
      ["3600", { sessionLifetime: Duration.seconds(3600) }],
      [3600, { sessionLifetime: Duration.seconds(3600) }],
    ],
    refused: [...seconds, 0, "0"],
  },
  authorizerCacheSeconds: {
    taken: [
      [60, { authorizerCache: Duration.seconds(60) }],
      ["0", { authorizerCache: Duration.seconds(0) }],
    ],
    refused: [...seconds, "never", 3601],
  },
  phone: {
    taken: [
      ["true", { phone: {} }],
      ["false", {}],
    ],
    refused: [...flags, ""],
  },
  phonePerDay: { taken: [["50", { phone: { perDay: 50 } }]], refused: [...wholeNumbers, 0] },
  phonePerIdentity: { taken: [[2, { phone: { perIdentity: 2 } }]], refused: [...wholeNumbers, 0] },
  phoneNextHolder: {
    taken: [
      ["bind", { phone: { nextHolder: "bind" } }],
      ["refuse", { phone: { nextHolder: "refuse" } }],
    ],
    refused: ["Bind", "true", true],
  },
  phoneKeepNumber: { taken: [["true", { phone: { keepNumber: true } }]], refused: flags },
  phoneNumberInContext: { taken: [["false", { phone: { numberInContext: false } }]], refused: flags },
  attemptsPerIdentity: { taken: [["5", { attempts: { perIdentity: 5 } }]], refused: wholeNumbers },
  attemptsPerSourceIp: {
    taken: [
      ["1000", { attempts: { perSourceIp: 1000 } }],
      [0, { attempts: { perSourceIp: 0 } }],
    ],
    refused: wholeNumbers,
  },
  attemptsPerUsername: { taken: [[7, { attempts: { perUsername: 7 } }]], refused: wholeNumbers },
  invalidCodesPerSourceIp: {
    taken: [[0, { attempts: { invalidCodesPerSourceIp: 0 } }]],
    refused: wholeNumbers,
  },
  attemptsWindowSeconds: {
    taken: [[60, { attempts: { window: Duration.seconds(60) } }]],
    refused: [...seconds, 0],
  },
  removalPolicy: {
    taken: [
      ["retain", { removalPolicy: RemovalPolicy.RETAIN }],
      ["destroy", { removalPolicy: RemovalPolicy.DESTROY }],
    ],
    refused: ["snapshot", "DESTROY", "retain-on-update-or-delete", true],
  },
  domainName: {
    beside: { certificateArn },
    taken: [["login.example.com", { domain: { name: "login.example.com", certificateArn } }]],
    refused: ["https://login.example.com", "login", 5],
  },
  certificateArn: {
    beside: { domainName: "login.example.com" },
    taken: [[certificateArn, { domain: { name: "login.example.com", certificateArn } }]],
    refused: ["arn:one", 5],
  },
  corsOrigins: {
    taken: [
      [
        "https://a.example.com, https://b.example.com",
        { cors: { allowOrigins: ["https://a.example.com", "https://b.example.com"] } },
      ],
      ["*", { cors: { allowOrigins: ["*"] } }],
    ],
    refused: ["h5.example.com", "https://a.example.com/", "*,https://a.example.com", [], true],
  },
  loginRatePerSecond: {
    beside: { loginBurst: 20 },
    taken: [["0.5", { loginThrottle: { ratePerSecond: 0.5, burst: 20 } }]],
    refused: ["10/s", "-1", 0, "0"],
  },
  loginBurst: {
    beside: { loginRatePerSecond: 50 },
    taken: [[20, { loginThrottle: { ratePerSecond: 50, burst: 20 } }]],
    refused: [...wholeNumbers, 0],
  },
  weChatBaseUrl: {
    taken: [["https://api2.weixin.qq.com", { weChatBaseUrl: "https://api2.weixin.qq.com" }]],
    refused: ["api2.weixin.qq.com", "http://api2.weixin.qq.com", "https://api2.weixin.qq.com/"],
  },
  accessTokens: {
    taken: [
      ["true", { accessTokens: true }],
      [false, { accessTokens: false }],
    ],
    refused: flags,
  },
  riskRankRefuseFrom: {
    taken: [
      ["3", { riskRank: { refuseFrom: 3 } }],
      [1, { riskRank: { refuseFrom: 1 } }],
    ],
    refused: [...wholeNumbers, 0, "0", 5],
  },
  reservedLogins: { taken: [["50", { reservedConcurrency: { login: 50 } }]], refused: [...wholeNumbers, 0] },
  reservedVerifiers: {
    taken: [[5, { reservedConcurrency: { verifier: 5 } }]],
    refused: [...wholeNumbers, 0],
  },
  reservedAuthorizers: {
    taken: [[50, { reservedConcurrency: { authorizer: 50 } }]],
    refused: [...wholeNumbers, 0],
  },
  sessionKeys: {
    taken: [
      ["true", { sessionKeys: true }],
      [false, { sessionKeys: false }],
    ],
    refused: flags,
  },
  monitoring: {
    taken: [
      ["false", { monitoring: false }],
      [true, { monitoring: true }],
    ],
    refused: flags,
  },
  alarmEmail: { taken: [["ops@example.com", { alarmEmail: "ops@example.com" }]], refused: ["ops", true] },
  runbookUrl: {
    taken: [["https://wiki.example.com/login", { runbookUrl: "https://wiki.example.com/login" }]],
    refused: [
      "http://wiki.example.com/login",
      "docs/runbook.md",
      "https://wiki.example.com/login#mustlook",
      true,
    ],
  },
  logRetentionDays: { taken: [["7", { logRetention: 7 }]], refused: ["91", "7d", 0, "ONE_WEEK"] },
  architecture: {
    taken: [
      ["x86_64", { architecture: Architecture.X86_64 }],
      ["arm64", { architecture: Architecture.ARM_64 }],
    ],
    refused: ["arm", "ARM_64", "x86", 64],
  },
  hello: {
    taken: [
      ["true", { hello: true }],
      [false, { hello: false }],
    ],
    refused: flags,
  },
};

const all = Object.entries(examples);

describe("a setting", () => {
  test.each(
    all.flatMap(([name, { taken, beside }]) =>
      taken.map(([value, props]) => ({ name, value, props, beside })),
    ),
  )("is taken: $name=$value", ({ name, value, props, beside }) => {
    const read = settings({ ...beside, [name]: value });
    expect(read).toEqual({ appId, ...props });
    new WeappLoginStack(newApp(), "WeappLogin", read);
  });

  test.each(
    all.flatMap(([name, { refused, beside }]) =>
      [...refused, "", null, {}].map((value) => ({ name, value, beside })),
    ),
  )("is refused by its own name: $name=$value", ({ name, value, beside }) => {
    expect(() => settings({ ...beside, [name]: value })).toThrow(new RegExp(`^${name} must be .*, and is `));
  });

  test.each(all.filter(([, { beside }]) => beside).map(([name, { beside = {} }]) => ({ name, beside })))(
    "needs its partner: $beside without $name",
    ({ name, beside }) => {
      expect(() => settings(beside)).toThrow(new RegExp(`^${name} must be .*, and is undefined\\.$`));
    },
  );

  test("that is not given is left to the construct", () => {
    expect(settings({})).toEqual({ appId });
    expect(
      settings({ "@aws-cdk/core:anything": true, "aws:cdk:anything": [], "hosted-zone:account=1": {} }),
    ).toEqual({
      appId,
    });
  });

  test("that is given together with others keeps to itself", () => {
    expect(settings({ attemptsPerIdentity: 5, hello: true, attemptsPerUsername: 6 })).toEqual({
      appId,
      attempts: { perIdentity: 5, perUsername: 6 },
      hello: true,
    });
  });
});

describe("a name that is no setting", () => {
  test.each([
    ...all.map(([name]) => name.toUpperCase()),
    "appid",
    "app-id",
    "otherAppIDs",
    "verifer",
    "attempts",
    "attempts.perSourceIp",
    "cors.allowOrigins",
    "sessionLifetime",
    "stage",
  ])("is refused, with those that there are: %s", (name) => {
    expect(() => settings({ [name]: "none" })).toThrow(
      `The context has "${name}", which is no setting. There are: appId, otherAppIds, verifier, `,
    );
  });

  test("is let through where CDK's own command line keeps it", () => {
    expect(settings({ "acknowledged-issue-numbers": [1], "cli-telemetry": false })).toEqual({ appId });
  });
});

test("every setting that there is has an example here", () => {
  const [, names = ""] = /There are: (.*)\.$/.exec(messageOf(() => settings({ nosuch: 1 }))) ?? [];
  expect(names.split(", ").sort()).toEqual(Object.keys(examples).sort());
});

test("docs/settings.md has every setting with the prop that it is, and every prop", async () => {
  const text = await readFile(new URL("../../docs/settings.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` \| (?:`([\w.]+)`|–) \|/gm)].map(([, name = "", prop]) => [
    name,
    prop,
  ]);
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(examples).sort());
  for (const [name, { taken }] of all) {
    const props = taken[0]?.[1];
    const prop = rows.find(([it]) => it === name)?.[1] ?? "hello";
    const value = prop.split(".").reduce<unknown>((outer, inner) => Object(outer)[inner], props);
    expect(value, `${name} is ${prop}`).not.toBeUndefined();
  }
  const [, objects = ""] = /^In an app of your own only, as objects: (.*)\.$/m.exec(text) ?? [];
  const named = [
    ...rows.map(([, prop = "hello"]) => prop),
    ...objects.matchAll(/`(\w+)`/g).map(([, prop = ""]) => prop),
  ];
  const props = new Set(named.map((prop) => prop.split(".")[0]));
  expect([...props].sort()).toEqual(Object.keys(stackPropSchemas).sort());
});

test("what the runbook tells people to put into cdk.json is taken", async () => {
  const runbook = await readFile(new URL("../../docs/runbook.md", import.meta.url), "utf8");
  const spans = [...runbook.matchAll(/`("\w+": [^`]+)`/g)].map(([, span]) => `{${span}}`);
  expect(spans.length).toBeGreaterThan(3);
  for (const span of spans) {
    const context: Record<string, unknown> = JSON.parse(span);
    expect(Object.keys(settings(context)).length, span).toBeGreaterThan(1);
  }
});

test.each(["cdk.json", "examples/orders/cdk.json"])(
  "%s answers every question about features that CDK counts at each synthesis",
  async (file) => {
    const root = new URL("../../", import.meta.url);
    const { context }: { context: Record<string, unknown> } = JSON.parse(
      await readFile(new URL(file, root), "utf8"),
    );
    const flags = await readFile(
      new URL("node_modules/aws-cdk-lib/recommended-feature-flags.json", root),
      "utf8",
    );
    expect(context).toMatchObject(JSON.parse(flags));
  },
);

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}

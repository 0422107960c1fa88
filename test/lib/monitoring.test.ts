import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { afterAll, describe, expect, test } from "vitest";
import { type Rule, rules } from "../../lib/monitoring/rules.ts";
import { runbookIn } from "../../lib/monitoring/runbook.ts";
import type { WeappLoginProps } from "../../lib/props.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { awsMetrics } from "../support/aws-metrics.ts";
import { alarmsIn, dashboardIn, metricFilters, type Series } from "../support/monitoring-template.ts";
import { ofType, only, outputsOf, referencesIn, resourcesOf } from "../support/template.ts";

const directory = await mkdtemp(join(tmpdir(), "weapp-login-monitoring-"));
afterAll(() => rm(directory, { recursive: true }));
let apps = 0;

function newStack(name = "Shop"): Stack {
  const context = { "aws:cdk:disable-asset-staging": true };
  return new Stack(new App({ outdir: join(directory, String(apps++)), context }), name);
}

function login(stack: Stack, props: Partial<WeappLoginProps> = {}): WeappLogin {
  return new WeappLogin(stack, "Login", { appId: "wx00000000000000a1", ...props });
}

function synthesized(stack: Stack) {
  const template: unknown = Template.fromStack(stack).toJSON();
  const resources = resourcesOf(template);
  return { resources, outputs: outputsOf(template) };
}

function withProps(props?: Partial<WeappLoginProps>) {
  const stack = newStack();
  login(stack, props);
  return synthesized(stack);
}

const { resources, outputs } = withProps();
const alarms = alarmsIn(resources);
const dashboard = dashboardIn(resources);
const filters = metricFilters(resources);
const topic = only(resources, "AWS::SNS::Topic").logicalId;
const runbook = await readFile(new URL("../../docs/runbook.md", import.meta.url), "utf8");

const manifest = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

/** What GitHub makes of a heading. */
const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-"),
);

describe("every alarm", () => {
  const all = alarms.map((alarm) => [alarm.name, alarm] as const);

  test("of the rules is there, and no other", () => {
    expect(alarms.map(({ name }) => name).sort()).toEqual(Object.keys(rules).sort());
  });

  test.each(all)("says what it means, why it goes off and where to read on: %s", (name, { properties }) => {
    const { means, because } = new Map<string, Rule>(Object.entries(rules)).get(name) ?? {};
    const description = String(properties.AlarmDescription);
    const anchor = name.toLowerCase();
    const [said, page] = description.split(" What to do: ");
    expect(said).toBe(`${means} ${because}`);
    // What the owner of the repository has put into package.json, or has not yet.
    expect([
      `docs/runbook.md#${anchor} of the package weapp-login (runbookUrl makes this a link)`,
      `${runbookIn(manifest.repository.url)}#${anchor}`,
    ]).toContain(page);
    expect(anchors).toContain(anchor);
  });

  test.each(all)("goes off as its rule says, and never when there is no data: %s", (name, { properties }) => {
    const rule = new Map<string, Rule>(Object.entries(rules)).get(name);
    expect(properties).toMatchObject({
      Threshold: rule?.threshold,
      DatapointsToAlarm: rule?.periods[0],
      EvaluationPeriods: rule?.periods[1],
      TreatMissingData: "notBreaching",
      ComparisonOperator: rule?.side ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
    });
    const periods = JSON.stringify(properties).match(/"Period":\d+/g) ?? [];
    expect(new Set(periods)).toEqual(new Set([`"Period":${(rule?.periodMinutes ?? 0) * 60}`]));
  });

  test.each(all)("tells the topic when it goes off and when it is over: %s", (_, { properties }) => {
    expect(properties).toMatchObject({ AlarmActions: [{ Ref: topic }], OKActions: [{ Ref: topic }] });
    expect(properties.ActionsEnabled).not.toBe(false);
    // A name of its own would keep a second deployment out of the account.
    expect(properties).not.toHaveProperty("AlarmName");
  });

  test.each(all)("is on the dashboard: %s", (name) => {
    expect(JSON.stringify(dashboard.widgets)).toContain(`Monitoring${name}`);
  });
});

describe("the page that an alarm's text opens", () => {
  const descriptions = (runbookUrl: string) =>
    alarmsIn(withProps({ runbookUrl }).resources).map(({ name, properties }) => ({
      name,
      text: String(properties.AlarmDescription),
    }));

  test("is the owner's, at the alarm's name", () => {
    for (const { name, text } of descriptions("https://wiki.example.com/login?lang=en")) {
      expect(text).toMatch(
        new RegExp(` What to do: https://wiki\\.example\\.com/login\\?lang=en#${name.toLowerCase()}$`),
      );
    }
  });

  test("has room in the text, however long its address may be", () => {
    const longest = `https://wiki.example.com/${"a".repeat(375)}`;
    expect(() => withProps({ runbookUrl: `${longest}a` })).toThrow("runbookUrl must be");
    // CloudWatch's limit.
    for (const { name, text } of descriptions(longest)) expect(text.length, name).toBeLessThanOrEqual(1024);
  });

  test.each([
    [
      "git+https://github.com/acme/weapp-login.git",
      "https://github.com/acme/weapp-login/blob/HEAD/docs/runbook.md",
    ],
    ["git+https://github.com/OWNER/weapp-login.git", undefined],
    ["git+https://git.example.com/acme/weapp-login.git", undefined],
    [undefined, undefined],
  ])("is by default in the repository of package.json, where that names one: %s", (repository, url) => {
    expect(runbookIn(repository)).toBe(url);
  });
});

describe("configuration failures and bugs", () => {
  const rule = rules.MustLook;

  test("raise the alarm at the first one, within a minute", () => {
    expect(rule).toMatchObject({ threshold: 1, periodMinutes: 1, periods: [1, 1] });
  });

  test("are looked for in every function that answers instead of throwing", () => {
    const groups = filters.filter(({ name }) => name === "MustLook").map(({ logGroup }) => logGroup);
    expect(groups).toEqual([
      expect.stringMatching(/^LoginLoginLog/),
      expect.stringMatching(/^LoginSessionLog/),
      expect.stringMatching(/^LoginVerifierLog/),
    ]);
    for (const { pattern } of filters.filter(({ name }) => name === "MustLook")) {
      expect(pattern).toBe("{ $.message.alarm IS TRUE }");
    }
  });
});

/** Evaluates an expression of metric math for one period: +, -, *, /, >=, IF and FILL; undefined is no data. */
function evaluate(expression: string, data: Readonly<Record<string, number | undefined>>): unknown {
  const names = Object.keys(data);
  const body = expression
    .replaceAll(/\bFILL\((\w+), (\d+)\)/g, "($1 ?? $2)")
    .replace(/^IF\((.*?), (.*), (\d+)\)$/, "($1) ? $2 : $3");
  expect(body).not.toMatch(/IF|FILL/);
  return new Function(...names, `return ${body}`)(...names.map((name) => data[name]));
}

const expressionOf = (name: string) => alarms.find((alarm) => alarm.name === name)?.expressions[0] ?? "";

describe("the success of logins", () => {
  test.each([
    ["nobody fails", { ok: 10, failed: 0, crashed: 0 }, 100],
    ["one person fails, whose mini-program tries three times", { ok: 0, failed: 3, crashed: 0 }, 100],
    ["three people fail: too few to say", { ok: 0, failed: 9, crashed: 0 }, 100],
    ["ten of ten fail", { ok: 0, failed: 10, crashed: 0 }, 0],
    ["ten of ten crash, and leave no line", { ok: 0, failed: 0, crashed: 10 }, 0],
    ["ten of two hundred fail", { ok: 190, failed: 10, crashed: 0 }, 95],
    [
      "two people in a hundred fail, with three tries each",
      { ok: 490, failed: 30, crashed: 0 },
      49_000 / 520,
    ],
    ["Lambda has not said yet how many crashed", { ok: 50, failed: 50, crashed: undefined }, 50],
  ])("where %s", (_, data, percent) => {
    expect(evaluate(expressionOf("LoginsFail"), data)).toBe(percent);
  });
});

describe.each([
  ["WeChatTimeout", 10],
  ["WeChatUnavailable", 10],
  ["WeChatBusy", 10],
  ["WeChatRateLimited", 10],
  ["WeChatUserBlocked", 10],
  ["AuthorizerFails", 3],
  ["ApiFails", 10],
])("the share of %s, of %i or more", (name, fewest) => {
  test.each([
    [0, 100, 0],
    [fewest - 1, fewest - 1, 0],
    [fewest, fewest, 100],
    [fewest, 100 * fewest, 1],
  ])("with %i of %i is %i percent", (some, all, percent) => {
    expect(evaluate(expressionOf(name), { some, all })).toBe(percent);
  });
});

test("a person whom WeChat refuses calls nobody, and an AppId that it has frozen does within a quarter of an hour", () => {
  expect(rules.WeChatUserBlocked).toMatchObject({ threshold: 5, periodMinutes: 15, periods: [1, 1] });
  const [blocked] = alarms.find(({ name }) => name === "WeChatUserBlocked")?.series ?? [];
  expect(blocked?.dimensions).toEqual({ Outcome: "wechat_user_blocked" });
});

test("what API Gateway answers by itself sets one off: the alarm counts its answers, not the functions'", () => {
  const series = alarms.find(({ name }) => name === "ApiFails")?.series;
  expect(series?.map(({ namespace, name }) => `${namespace} ${name}`)).toEqual([
    "AWS/ApiGateway 5xx",
    "AWS/ApiGateway Count",
  ]);
});

test("an alarm that takes missing data for 0 looks at more than its last period, in which some may still come", () => {
  const filled = alarms.filter(({ expressions }) => expressions.some((it) => it.includes("FILL(")));
  expect(filled.map(({ name }) => name).sort()).toEqual([
    "FunctionsThrottled",
    "LoginsFail",
    "TablesThrottled",
  ]);
  for (const { name, properties } of filled) {
    expect(Number(properties.EvaluationPeriods), name).toBeGreaterThan(Number(properties.DatapointsToAlarm));
  }
});

test("throttles count wherever they are, also where the others have no data", () => {
  const tables = alarms.find(({ name }) => name === "TablesThrottled");
  const watched = new Set(tables?.series.map(({ name, dimensions }) => `${dimensions.TableName} ${name}`));
  const expected = ofType(resources, "AWS::DynamoDB::GlobalTable").flatMap(({ logicalId }) => [
    `@${logicalId} ReadThrottleEvents`,
    `@${logicalId} WriteThrottleEvents`,
  ]);
  expect([...watched].sort()).toEqual(expected.sort());
  const nothing = Object.fromEntries(tables?.series.map((_, index) => [`m${index}`, undefined]) ?? []);
  expect(evaluate(expressionOf("TablesThrottled"), { ...nothing, m5: 7 })).toBe(7);

  const functions = alarms.find(({ name }) => name === "FunctionsThrottled")?.series;
  expect(functions?.map(({ dimensions }) => dimensions.FunctionName?.replace(/[0-9A-F]{8}$/, ""))).toEqual([
    "@Login",
    "@LoginVerifier",
    "@LoginAuthorizer",
    "@LoginSession",
  ]);
});

describe("every metric", () => {
  const series: Series[] = [...alarms.flatMap((alarm) => alarm.series), ...dashboard.series];

  test("of AWS's own exists, and is that of a resource of this stack", () => {
    const ofAws = series.filter(({ namespace }) => namespace.startsWith("AWS/"));
    expect(new Set(ofAws.map(({ namespace }) => namespace))).toEqual(new Set(Object.keys(awsMetrics)));
    for (const { namespace, name, dimensions } of ofAws) {
      const known = awsMetrics[namespace];
      expect(known?.names, namespace).toContain(name);
      expect(Object.keys(dimensions), name).toEqual([known?.dimension]);
      const logicalId = dimensions[known?.dimension ?? ""]?.slice(1);
      expect(resources.find((it) => it.logicalId === logicalId)?.type, name).toBe(known?.resource);
    }
  });

  test("of ours has a namespace with the stack's name, so that two stacks do not mix", () => {
    const namespaces = (stack: Stack) =>
      new Set(metricFilters(synthesized(stack).resources).map(({ namespace }) => namespace));
    const other = newStack("Staging");
    login(other);
    expect(namespaces(other)).toEqual(new Set(["WeappLogin/Staging"]));
    expect(new Set(filters.map(({ namespace }) => namespace))).toEqual(new Set(["WeappLogin/Shop"]));
    const ours = series.filter(({ namespace }) => !namespace.startsWith("AWS/"));
    expect(new Set(ours.map(({ namespace }) => namespace))).toEqual(new Set(["WeappLogin/Shop"]));
  });

  test("takes value and dimensions from fields that its pattern names, as CloudWatch wants it", () => {
    for (const { pattern, value, dimensions, logicalId } of filters) {
      for (const path of [value, ...Object.values(dimensions)].filter((it) => it.startsWith("$."))) {
        expect(pattern, logicalId).toContain(path);
      }
    }
  });

  test("with a dimension takes it from what this product chooses, never from what clients send", () => {
    const fields = filters.flatMap(({ dimensions }) => Object.values(dimensions));
    expect(new Set(fields)).toEqual(new Set(["$.message.outcome", "$.message.event"]));
  });
});

describe("the dashboard", () => {
  test("has widgets beside and below each other on a grid of 24 columns", () => {
    const boxes = dashboard.widgets.map(({ x, y, width, height }) => [x, y, width, height].map(Number));
    for (const [x = 0, y = 0, width = 0, height = 0] of boxes) {
      expect(x + width).toBeLessThanOrEqual(24);
      const overlapping = boxes.filter(
        ([x2 = 0, y2 = 0, width2 = 0, height2 = 0]) =>
          x < x2 + width2 && x2 < x + width && y < y2 + height2 && y2 < y + height,
      );
      expect(overlapping).toHaveLength(1);
    }
  });

  test("asks the login's log about the last failures", () => {
    const [logGroup] = referencesIn(
      ofType(resources, "AWS::Lambda::Function").find(({ logicalId }) => /^Login[0-9A-F]{8}$/.test(logicalId))
        ?.properties.LoggingConfig,
    );
    expect(dashboard.queries.map((it) => it.logGroup)).toEqual([`@${logGroup}`, `@${logGroup}`]);
    expect(dashboard.queries[0]?.query).toMatch(/^fields @timestamp, message\.outcome, /);
  });

  test("has no name of its own, which would keep a second deployment out of the account", () => {
    expect(only(resources, "AWS::CloudWatch::Dashboard").properties).not.toHaveProperty("DashboardName");
  });
});

describe("the topic", () => {
  const statementsOf = ({ properties }: { properties: Readonly<Record<string, unknown>> }) => {
    const { PolicyDocument } = properties;
    return Object(PolicyDocument).Statement as unknown;
  };

  test("takes messages over TLS only, and from alarms of this account: a policy of its own replaces SNS's default", () => {
    const policy = only(resources, "AWS::SNS::TopicPolicy");
    expect(policy.properties.Topics).toEqual([{ Ref: topic }]);
    expect(statementsOf(policy)).toEqual([
      expect.objectContaining({
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
      expect.objectContaining({
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: { Ref: topic },
        Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
      }),
    ]);
  });

  test("is an output, and so is the dashboard", () => {
    expect(outputs.AlarmTopicArn).toEqual({ Ref: topic });
    expect(outputs.DashboardName).toEqual({ Ref: only(resources, "AWS::CloudWatch::Dashboard").logicalId });
  });

  test("has nobody on it unless alarmEmail names somebody", () => {
    expect(ofType(resources, "AWS::SNS::Subscription")).toEqual([]);
    const subscribed = withProps({ alarmEmail: "ops@example.com" }).resources;
    expect(only(subscribed, "AWS::SNS::Subscription").properties).toEqual({
      Protocol: "email",
      Endpoint: "ops@example.com",
      TopicArn: { Ref: only(subscribed, "AWS::SNS::Topic").logicalId },
    });
  });

  test("may be one's own, which then hears of every alarm", () => {
    const stack = newStack();
    const pager = new Topic(stack, "Pager");
    const { monitoring } = login(stack, { alarmTopic: pager, alarmEmail: "ops@example.com" });
    expect(monitoring?.alarmTopic).toBe(pager);
    const { resources, outputs } = synthesized(stack);
    const { logicalId } = only(resources, "AWS::SNS::Topic");
    expect(outputs.AlarmTopicArn).toEqual({ Ref: logicalId });
    expect(only(resources, "AWS::SNS::Subscription").properties.TopicArn).toEqual({ Ref: logicalId });
    for (const { properties, name } of alarmsIn(resources)) {
      expect(properties.AlarmActions, name).toEqual([{ Ref: logicalId }]);
    }
  });
});

test("monitoring false leaves all of it out", () => {
  const { resources, outputs } = withProps({ monitoring: false });
  expect(resources.filter(({ type }) => /CloudWatch|MetricFilter|SNS/.test(type))).toEqual([]);
  expect(Object.keys(outputs)).not.toContain("AlarmTopicArn");
  expect(Object.keys(outputs)).not.toContain("DashboardName");
});

test("without a verifier of ours there is none to watch", () => {
  const { resources } = withProps({ verifier: "none" });
  const all = [...alarmsIn(resources).flatMap(({ series }) => series), ...dashboardIn(resources).series];
  expect(all.length).toBeGreaterThan(0);
  expect(JSON.stringify([all, metricFilters(resources)])).not.toMatch(/Verifier|Accounts/);
});

test("the runbook's bill counts what there is", () => {
  const alarmMetrics = alarms.reduce((sum, { series }) => sum + series.length, 0);
  expect(runbook).toContain(`| ${alarmMetrics} metrics in ${alarms.length} alarms |`);
});

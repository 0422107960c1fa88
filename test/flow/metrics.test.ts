import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import { type ErrorCode, errors, loginErrorCodes, type OptionalRefusalCode } from "../../contract/errors.ts";
import { setAppSecrets } from "../../local/after-deploy.ts";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { isRecord } from "../../local/aws/json.ts";
import { sample } from "../../local/sample.ts";
import { filterPattern, valueAt } from "../support/filter-pattern.ts";
import {
  alarmsIn,
  dashboardIn,
  type MetricFilter,
  metricFilters,
  seriesKey,
} from "../support/monitoring-template.ts";
import {
  type Answer,
  addAccount,
  type StackOnLaptop,
  startStackOnLaptop,
} from "../support/stack-on-laptop.ts";
import { ofType, resourcesOf } from "../support/template.ts";

const template: unknown = JSON.parse(
  await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8"),
);
const resources = resourcesOf(template);
const filters = metricFilters(resources);
const alarms = alarmsIn(resources);
const dashboard = dashboardIn(resources);

const { username, password } = sample;
const lisi = { username: "lisi", password: "another password", userId: "u_lisi" };
const disabled = { username: "wangwu", password: "a third password", userId: "u_wangwu" };

let stack: StackOnLaptop;
/** What CloudWatch would hold, by the log group's logical id. */
const logs = new Map<string, string[]>();
/** What AWS does to the calls to come. */
let aws: (call: InterceptedCall) => Fault | undefined | Promise<undefined> = () => undefined;

const throttled: Fault = {
  kind: "error",
  type: "ProvisionedThroughputExceededException",
  message: "Trouble",
};
let people = 0;
const stranger = () => `person ${people++}`;
const code = (person: string) => stack.simulator.login(person);
const logIn = (person: string) => stack.login({ code: code(person) });
const firstLogin = (person: string, account: { username: string; password: string } = sample) =>
  stack.login({ code: code(person), username: account.username, password: account.password });
const post = (contentType: string, body: string) =>
  stack.call("POST /login", { headers: { "content-type": contentType }, body });

/** While WeChat answers like this. */
async function withTrouble(trouble: Parameters<typeof stack.simulator.trouble>[0]): Promise<Answer> {
  stack.simulator.trouble({ times: 1, ...trouble });
  return logIn(stranger());
}

/** The answer of a function that is invoked with what no gateway would send. */
async function invoke(label: string, event: object): Promise<{ status?: unknown }> {
  const fn = stack.laptop.assembly.functions.find((it) => it.label === label);
  const { payload } = await stack.laptop.functions.invoke(fn?.arn ?? "", JSON.stringify(event));
  const answer: unknown = JSON.parse(payload);
  return { status: isRecord(answer) ? answer.statusCode : undefined };
}

/** A login for every outcome that there is in every deployment; a new one does not compile without. In this order. */
const outcomes = {
  logged_in: () => firstLogin("alice"),
  binding_required: () => logIn("bob"),
  invalid_code: () => stack.login({ code: "spent" }),
  invalid_ticket: () => stack.login({ bindTicket: "A".repeat(43), username, password }),
  invalid_credentials: () => firstLogin(stranger(), { username, password: "wrong" }),
  already_bound: () => firstLogin("alice", lisi),
  account_already_bound: () => firstLogin("carol"),
  async access_changed() {
    aws = async ({ action }) => {
      if (action !== "dynamodb:TransactWriteItems") return undefined;
      aws = () => undefined;
      await stack.admin({ action: "accounts.passwd", account: lisi.username, password: "a new password" });
      return undefined;
    };
    return firstLogin(stranger(), lisi);
  },
  async account_disabled() {
    await stack.admin({ action: "accounts.disable", account: disabled.username });
    return firstLogin(stranger(), disabled);
  },
  async too_many_attempts() {
    const person = stranger();
    await firstLogin(person, { username, password: "wrong" });
    await firstLogin(person, { username, password: "wrong" });
    return firstLogin(person, { username, password: "wrong" });
  },
  wechat_user_blocked: () => withTrouble({ errcode: 40226 }),
  rate_limited: () => withTrouble({ errcode: 45011 }),
  wechat_busy: () => withTrouble({ errcode: -1 }),
  wechat_unavailable: () => withTrouble({ body: "html" }),
  wechat_timeout: () => withTrouble({ latencyMs: 3_600_000 }),
  quota_exhausted: () => withTrouble({ errcode: 45009 }),
  async not_configured() {
    await stack.laptop.functions.recycle();
    await setAppSecrets(stack.laptop, appSecretPlaceholder);
    const answer = await logIn(stranger());
    await setAppSecrets(stack.laptop, sample.appSecret);
    return answer;
  },
  async store_unavailable() {
    aws = ({ action }) => (action === "dynamodb:GetItem" ? throttled : undefined);
    const answer = await logIn("alice");
    aws = () => undefined;
    return answer;
  },
  // Without a method, which every request has.
  internal_error: () => invoke("login", { requestContext: { requestId: "r" } }),
  invalid_request: () => stack.login({}),
  payload_too_large: () => post("application/json", JSON.stringify({ code: "x".repeat(5_000) })),
  unsupported_media_type: () => post("text/plain", "code"),
  method_not_allowed: () => stack.call("GET /login"),
} satisfies Record<
  Exclude<ErrorCode, OptionalRefusalCode> | "logged_in",
  () => Promise<{ status?: unknown }>
>;

beforeAll(async () => {
  stack = await startStackOnLaptop({
    environment: {
      ATTEMPTS_PER_IDENTITY: "2",
      IDENTITIES_PER_ACCOUNT: "one-per-app",
      // The SDK waits between two tries for a random part of up to two seconds.
      NODE_OPTIONS: "--import=data:text/javascript,Math.random=()=>0",
    },
    intercept: (call) => aws(call),
    onLog({ logGroup }, line) {
      const logicalId = logGroup.name.replace(/^WeappLogin-/, "");
      logs.set(logicalId, [...(logs.get(logicalId) ?? []), line]);
    },
  });
  await addAccount(stack.laptop, lisi);
  await addAccount(stack.laptop, disabled);
  for (const [outcome, go] of Object.entries(outcomes)) {
    const { status } = await go();
    expect(status, outcome).toBe(outcome === "logged_in" ? 200 : errors[outcome as ErrorCode].status);
  }

  const { sessionId: session } = (await logIn("alice")).body;
  expect((await stack.call("GET /session", { session })).status).toBe(200);
  expect((await stack.call("GET /session", { session: "A".repeat(64) })).status).toBe(403);
  aws = ({ action }) => (action === "dynamodb:BatchGetItem" ? throttled : undefined);
  expect((await stack.call("GET /session", { session })).status).toBe(500);
  aws = () => undefined;
  // A route without its authorizer, a verifier that is asked nothing, and an event that login cannot read at all.
  expect(await invoke("session", { requestContext: { requestId: "r" }, routeKey: "GET /session" })).toEqual({
    status: 500,
  });
  await invoke("verifier", {});
  await invoke("login", {});
}, 60_000);
afterAll(() => stack.close());

const linesOf = ({ logGroup }: MetricFilter) => logs.get(logGroup) ?? [];
const matching = (filter: MetricFilter) => linesOf(filter).filter(filterPattern(filter.pattern));

/** Every series that CloudWatch would make of the lines. */
function emitted(): Set<string> {
  const keys = filters.flatMap((filter) =>
    matching(filter).map((line) => {
      const event: unknown = JSON.parse(line);
      const dimensions = Object.entries(filter.dimensions).map(([key, path]) => [key, valueAt(event, path)]);
      return seriesKey({ ...filter, dimensions: Object.fromEntries(dimensions) });
    }),
  );
  return new Set(keys);
}

const isOurs = ({ namespace }: { namespace: string }) => !namespace.startsWith("AWS/");

describe("every metric filter", () => {
  test.each(filters.map((filter) => [filter.logicalId, filter] as const))(
    "matches lines that its function wrote, and not all: %s",
    (_, filter) => {
      const matched = matching(filter).length;
      expect(matched).toBeGreaterThan(0);
      expect(matched).toBeLessThan(linesOf(filter).length);
    },
  );

  test.each(filters.map((filter) => [filter.logicalId, filter] as const))(
    "finds a number for its value, and a text for each dimension: %s",
    (_, filter) => {
      for (const line of matching(filter)) {
        const event: unknown = JSON.parse(line);
        const value = /^\d+$/.test(filter.value) ? Number(filter.value) : valueAt(event, filter.value);
        expect(value, line).toEqual(expect.any(Number));
        for (const path of Object.values(filter.dimensions)) {
          expect(valueAt(event, path), line).toEqual(expect.any(String));
        }
      }
    },
  );
});

test("whatever WeChat is blamed for counts among the calls to WeChat: no share is above 100%", () => {
  const calls = filters.find(({ name }) => name === "WeChatMs");
  const isCall = filterPattern(calls?.pattern ?? "");
  for (const outcome of [
    "wechat_timeout",
    "wechat_unavailable",
    "wechat_busy",
    "rate_limited",
    "quota_exhausted",
    "wechat_user_blocked",
  ]) {
    const lines = [...logs.values()].flat().filter((line) => line.includes(`"outcome":"${outcome}"`));
    expect(lines.length, outcome).toBeGreaterThan(0);
    expect(lines.filter((line) => !isCall(line))).toEqual([]);
  }
});

describe("every metric of ours", () => {
  test("that an alarm or the dashboard names was made of a line", () => {
    const named = [...alarms.flatMap(({ series }) => series), ...dashboard.series].filter(isOurs);
    const made = emitted();
    expect(named.length).toBeGreaterThan(0);
    expect(named.map(seriesKey).filter((key) => !made.has(key))).toEqual([]);
  });

  test("that was made of a line is on the dashboard: every outcome of a login, too", () => {
    const shown = new Set(dashboard.series.map(seriesKey));
    expect([...emitted()].filter((key) => !shown.has(key))).toEqual([]);
    const outcomesShown = dashboard.series.flatMap(({ name, dimensions }) =>
      name === "NotLoggedIn" ? [dimensions.Outcome] : [],
    );
    expect(outcomesShown.sort()).toEqual([...loginErrorCodes].sort());
  });
});

test("every field that a query on the dashboard names is in a line of the log it reads", () => {
  expect(dashboard.queries.length).toBeGreaterThan(0);
  for (const { logGroup, query } of dashboard.queries) {
    const lines = (logs.get(logGroup.slice(1)) ?? []).map((line): unknown => JSON.parse(line));
    const fields = query.match(/\bmessage\.\w+/g) ?? [];
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) {
      expect(
        lines.some((line) => valueAt(line, `$.${field}`) !== undefined),
        field,
      ).toBe(true);
    }
  }
});

describe("the runbook", async () => {
  const runbook = await readFile(new URL("../../docs/runbook.md", import.meta.url), "utf8");
  const commands = [...runbook.matchAll(/logs (\w+) \w+ '(\{.+?\})'/g)].map(
    ([command, name = "", pattern = ""]) => ({ command, name, pattern }),
  );
  const groupOf = (name: string) =>
    ofType(resources, "AWS::Logs::LogGroup").filter(({ logicalId }) => logicalId.includes(`${name}Log`));

  test("names log groups that there is one of", () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBeGreaterThan(3);
    for (const { name, command } of commands) expect(groupOf(name), command).toHaveLength(1);
  });

  // What API Gateway writes is not to be seen on a laptop.
  test.each(commands.filter(({ name }) => name !== "Access").map((it) => [it.command, it] as const))(
    "finds lines with: %s",
    (_, { name, pattern }) => {
      const matches = filterPattern(pattern.replace(/"[A-Z_]+"/, '"*"'));
      expect(logs.get(groupOf(name)[0]?.logicalId ?? "")?.some(matches)).toBe(true);
    },
  );
});

describe("every line is Lambda's", () => {
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  const all = () => [...logs.values()].flat().map((line): unknown => JSON.parse(line));
  const isReport = (line: unknown) => valueAt(line, "$.type") === "platform.report";

  test("with timestamp, level, requestId and message, in this order, and nothing else", () => {
    const lines = all().filter((line) => !isReport(line));
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) {
      expect(Object.keys(Object(line))).toEqual(["timestamp", "level", "requestId", "message"]);
      expect(line).toEqual({
        timestamp: expect.stringMatching(instant),
        level: expect.stringMatching(/^(INFO|ERROR)$/),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        message: expect.any(Object),
      });
    }
  });

  test("or its report on an invocation that failed: the system log level is WARN", () => {
    const reports = all().filter(isReport);
    expect(reports.length).toBeGreaterThan(0);
    for (const report of reports) {
      expect(report).toMatchObject({ time: expect.stringMatching(instant), record: { status: "error" } });
    }
  });
});

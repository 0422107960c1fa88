import { afterEach, beforeEach, expect, test } from "vitest";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import { setAppSecrets } from "../../local/after-deploy.ts";
import { sample } from "../../local/sample.ts";
import { runHere } from "../support/operator.ts";
import { type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

interface Check {
  readonly check: string;
  readonly state: "ok" | "problem" | "skipped";
  readonly found: string;
  readonly todo?: string;
}

const secretName = `AppSecret of ${sample.appId}`;

let stack: StackOnLaptop;
beforeEach(async () => {
  stack = await startStackOnLaptop();
});
afterEach(() => stack.close());

async function doctor() {
  const { laptop } = stack;
  const { exit, stdout, stderr } = await runHere(["doctor", "--json", "--local", laptop.awsUrl]);
  expect(stderr).toBe("");
  const { checks }: { checks: Check[] } = JSON.parse(stdout);
  return {
    exit,
    checks,
    problems: checks.filter(({ state }) => state === "problem"),
    of: (name: string) => checks.find(({ check }) => check === name),
  };
}

function tableNamed(variable: string): string {
  return stack.laptop.tableName(variable);
}

test("is green on the laptop as it starts, says every check in order, and changes nothing but a counter", async () => {
  const { laptop, simulator } = stack;
  const kept = ["bindings", "sessions", "accounts"];
  const before = await Promise.all(kept.map((it) => scan(laptop, it)));
  const { exit, checks } = await doctor();
  expect(checks.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(exit).toBe(0);
  expect(
    checks.map(({ check, found }) => `${check}: ${found.replace(/\d+ ms/, "N ms").replace(/\d+ s$/, "N s")}`),
  ).toEqual([
    `credentials and Region: the local stack at ${laptop.awsUrl}`,
    `stack outputs: WeappLogin is CREATE_COMPLETE, its API at ${laptop.url}`,
    `admin function: ${laptop.assembly.outputs.AdminFunctionName} answers`,
    `${secretName}: accepted by WeChat now, though it was stored without a check: \`secret rotate\` with the same value adds the check`,
    `WeChat: ${simulator.url} answers the functions in N ms`,
    "tables: Bindings, Accounts, Sessions, Attempts are there",
    "time to live: time to live is on for Sessions, Attempts",
    "backups: point-in-time recovery is on for Bindings, Accounts, deletion protection too",
    "functions: login, session, authorizer are there, and the API may invoke them",
    "passwords: the account verifier refuses a made-up one in N ms",
    "login: the API refuses a made-up code, as it must",
    "sessions: the 6 routes ask for a session, and the authorizer refuses a made-up one",
    "clocks: this machine, the functions and WeChat agree to N s",
  ]);
  expect(await Promise.all(kept.map((it) => scan(laptop, it)))).toEqual(before);
  // One invalid code of this address, and nobody's passwords.
  expect(await scan(laptop, "attempts")).toEqual([
    { key: { S: expect.stringMatching(/^code#\d+#/) }, count: { N: "1" }, expiresAt: expect.anything() },
  ]);
  expect(stack.logs.filter((line) => line.includes('"alarm":true'))).toEqual([]);
  expect(simulator.exchanges).toBe(0);
});

test("finds a placeholder AppSecret, and says so without showing it to WeChat", async () => {
  await setAppSecrets(stack.laptop, appSecretPlaceholder);
  const { exit, problems, of } = await doctor();
  expect(exit).toBe(1);
  expect(problems).toEqual([
    {
      check: secretName,
      state: "problem",
      found: "still the placeholder: login answers not_configured",
      todo: expect.stringContaining(`\`npx --no weapp-login secret rotate --local ${stack.laptop.awsUrl}\``),
    },
  ]);
  expect(of("WeChat")).toMatchObject({ state: "ok" });
  expect(stack.simulator.requests.map(({ errcode }) => errcode)).toEqual([41004]);
});

test("finds a wrong AppSecret, and rotating to the right one makes it green", async () => {
  const { laptop, simulator } = stack;
  const reset = "fedcba9876543210fedcba9876543210";
  simulator.app(sample.appId, { secret: reset });
  const { exit, problems } = await doctor();
  expect(exit).toBe(1);
  expect(problems).toEqual([
    {
      check: secretName,
      state: "problem",
      found: "WeChat refuses it (errcode 40125): it was reset there, or is another mini-program's",
      todo: expect.stringContaining(`\`npx --no weapp-login secret rotate --local ${laptop.awsUrl}\``),
    },
  ]);
  const rotated = await runHere(["secret", "rotate", "--local", laptop.awsUrl], { piped: reset });
  expect(rotated).toMatchObject({ exit: 0, stdout: expect.stringContaining("WeChat accepts the AppSecret") });
  const { exit: later, of } = await doctor();
  expect(later).toBe(0);
  expect(of(secretName)).toMatchObject({ state: "ok", found: "accepted by WeChat" });
});

test("finds that WeChat cannot be reached, and blames no AppSecret for it", async () => {
  await stack.simulator.close();
  const { exit, problems, of } = await doctor();
  expect(exit).toBe(1);
  expect(problems).toEqual([
    {
      check: "WeChat",
      state: "problem",
      found: `the functions do not reach ${stack.simulator.url} (ECONNREFUSED)`,
      todo: expect.stringContaining(`\`curl -sS ${stack.simulator.url}/sns/jscode2session\``),
    },
  ]);
  expect(of(secretName)).toEqual({
    check: secretName,
    state: "skipped",
    found: "not checked: WeChat comes first",
  });
});

test("finds a missing table", async () => {
  const name = tableNamed("SESSIONS_TABLE");
  await stack.laptop.dynamoDb.call("DeleteTable", { TableName: name });
  const { exit, problems, of } = await doctor();
  expect(exit).toBe(1);
  expect(problems).toEqual([
    {
      check: "tables",
      state: "problem",
      found: `Sessions (${name}) is missing`,
      todo: "run `npm start` again, which makes the tables",
    },
  ]);
  expect(of("time to live")).toMatchObject({ state: "ok", found: "time to live is on for Attempts" });
});

test("finds time to live switched off", async () => {
  const name = tableNamed("ATTEMPTS_TABLE");
  await stack.laptop.dynamoDb.call("UpdateTimeToLive", {
    TableName: name,
    TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: false },
  });
  const { exit, problems } = await doctor();
  expect(exit).toBe(1);
  expect(problems).toEqual([
    {
      check: "time to live",
      state: "problem",
      found: `time to live of Attempts (${name}) is off`,
      todo: "run `npm start` again, which switches it on",
    },
  ]);
});

test("logs what it was asked and what its calls took, and no secret", async () => {
  await doctor();
  const line = stack.logs.find((it) => it.includes("doctor.check")) ?? "";
  expect(JSON.parse(line)).toMatchObject({
    message: { event: "admin", action: "doctor.check", outcome: "done", wechatMs: expect.any(Number) },
  });
  expect(stack.logs.join()).not.toContain(sample.appSecret);
});

import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Assembly, FunctionDescription } from "../../local/assembly.ts";
import type { RouteDescription } from "../../local/gateway/described-routes.ts";
import { sample } from "../../local/sample.ts";
import { runHere } from "../support/operator.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

interface Check {
  readonly check: string;
  readonly state: "ok" | "problem" | "skipped";
  readonly found: string;
  readonly todo?: string;
}

/** What is deployed, of which each test takes something away. */
const functions: FunctionDescription[] = [];
const routes: RouteDescription[] = [];
let whole: Assembly;
let stack: StackOnLaptop;

beforeAll(async () => {
  stack = await startStackOnLaptop({
    changed(assembly) {
      whole = assembly;
      putBack();
      return { ...assembly, functions, routes };
    },
  });
});
afterAll(() => stack.close());
afterEach(putBack);

function putBack(): void {
  functions.splice(0, functions.length, ...whole.functions);
  routes.splice(0, routes.length, ...whole.routes);
}

async function doctor(url = stack.laptop.awsUrl) {
  const { exit, stdout } = await runHere(["doctor", "--json", "--local", url]);
  const { checks }: { checks: Check[] } = JSON.parse(stdout);
  const inState = (wanted: Check["state"]) =>
    checks.filter(({ state }) => state === wanted).map(({ check, found }) => `${check}: ${found}`);
  return { exit, problems: inState("problem"), skipped: inState("skipped"), checks };
}

function take<T>(from: T[], isIt: (one: T) => boolean): T {
  const at = from.findIndex(isIt);
  const [taken] = from.splice(at, 1);
  if (at < 0 || taken === undefined) throw new Error("There is no such part.");
  return taken;
}

const named = (label: string) => (fn: FunctionDescription) => fn.label === label;
const nameOf = (label: string) => whole.functions.find(named(label))?.name;
const functionsFirst = "not checked: functions comes first";

describe("a function that was deleted", () => {
  test.each([
    ["login", [`login: ${functionsFirst}`]],
    ["authorizer", [`sessions: ${functionsFirst}`]],
    ["session", []],
  ])("is named: %s", async (label, skipped) => {
    take(functions, named(label));
    const seen = await doctor();
    expect(seen).toMatchObject({ exit: 1, skipped });
    expect(seen.problems).toEqual([`functions: ${label} (${nameOf(label)}) is missing`]);
    expect(seen.checks.find(({ check }) => check === "functions")?.todo).toBe(
      "run `npm start` again, which runs what the template says",
    );
  });

  test("is named: verifier, without which every login with a password is refused", async () => {
    take(functions, named("verifier"));
    const seen = await doctor();
    expect(seen).toMatchObject({
      exit: 1,
      skipped: [],
      problems: ["passwords: The account verifier is missing (ResourceNotFoundException)"],
    });

    const { username, password } = sample;
    const { body } = await stack.login({ code: stack.simulator.login("alice"), username, password });
    expect(body).toMatchObject({
      code: "store_unavailable",
      title: "Accounts or sessions cannot be reached",
      action: "new_code",
    });
    const line = stack.logs.find((it) => it.includes(body.requestId)) ?? "";
    expect(JSON.parse(line).message).toMatchObject({
      outcome: "store_unavailable",
      why: "The account verifier is missing",
      error: "ResourceNotFoundException",
      alarm: true,
    });
  });

  test("is named: admin", async () => {
    take(functions, named("admin"));
    const { exit, problems } = await doctor();
    expect(exit).toBe(3);
    expect(problems).toEqual([
      "admin function: The admin function that the stack WeappLogin names is not there",
    ]);
  });
});

describe("a permission of the API that was removed is named", () => {
  test.each([
    ["login", [`login: ${functionsFirst}`]],
    ["authorizer", [`sessions: ${functionsFirst}`]],
    ["session", []],
  ])("%s", async (label, skipped) => {
    functions.push({ ...take(functions, named(label)), invokableByGateway: false });
    expect(await doctor()).toMatchObject({
      exit: 1,
      skipped,
      problems: [`functions: the API may not invoke ${label} (${nameOf(label)})`],
    });
  });
});

describe("a route that was deleted is named", () => {
  test("ANY /login", async () => {
    take(routes, ({ routeKey }) => routeKey === "ANY /login");
    const { problems, checks } = await doctor();
    expect(problems).toEqual(["login: the API answers 404 to a made-up code, and not 401 invalid_code"]);
    expect(checks.find(({ check }) => check === "login")?.todo).toMatch(
      /: the route `ANY \/login` is not there$/,
    );
  });

  test.each([
    "GET /session",
    "DELETE /session",
    "GET /sessions",
    "DELETE /sessions",
    "DELETE /sessions/{id}",
    "DELETE /binding",
  ])("%s", async (route) => {
    take(routes, ({ routeKey }) => routeKey === route);
    const { problems } = await doctor();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      new RegExp(`^sessions: ${RegExp.escape(route)} answers 404 to no session, and not 401`),
    );
  });
});

test("an authorizer that was taken off a route is named", async () => {
  const { authorizer: _, ...open } = take(routes, ({ routeKey }) => routeKey === "DELETE /binding");
  routes.push(open);
  expect((await doctor()).problems).toEqual([
    "sessions: DELETE /binding answers 500 internal_error to no session, and not 401",
  ]);
});

test("a table that the authorizer cannot read is named, and not the authorizer", async () => {
  const { laptop } = stack;
  const name = laptop.tableName("SESSIONS_TABLE");
  await laptop.dynamoDb.call("DeleteTable", { TableName: name });
  onTestFinished(async () => {
    const table = whole.tables.find((it) => it.name === name);
    if (table) await laptop.dynamoDb.createTable(table);
  });
  const { problems, skipped } = await doctor();
  expect(problems).toEqual([`tables: Sessions (${name}) is missing`]);
  expect(skipped).toEqual(["sessions: not checked: tables comes first"]);
});

test("a Node.js whose OpenSSL has no argon2id is found before the first password", async () => {
  const withoutArgon2 = [
    'import crypto from "node:crypto";',
    'import { syncBuiltinESMExports } from "node:module";',
    "crypto.argon2 = () => {",
    '  throw Object.assign(new Error("s3cret"), { code: "ERR_CRYPTO_ARGON2_NOT_SUPPORTED" });',
    "};",
    "syncBuiltinESMExports();",
  ].join("\n");
  const other = await startStackOnLaptop({
    environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(withoutArgon2)}` },
  });
  onTestFinished(() => other.close());
  const { exit, problems } = await doctor(other.laptop.awsUrl);
  expect(exit).toBe(1);
  expect(problems).toEqual([
    "passwords: The account verifier failed (Unhandled); Node.js as the functions run it cannot hash with argon2id " +
      "(ERR_CRYPTO_ARGON2_NOT_SUPPORTED)",
  ]);
});

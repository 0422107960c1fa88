import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { App } from "aws-cdk-lib";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { OrdersStack } from "../../examples/orders/orders-stack.ts";
import { type Assembly, readAssembly } from "../../local/assembly.ts";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { type Functions, localFunctions } from "../../local/lambda/functions.ts";
import { sample } from "../../local/sample.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { type RestApiDescription, readRestApis } from "../support/rest-gateway/assembly.ts";
import { startRestGateway } from "../support/rest-gateway/gateway.ts";
import { addAccount, type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

// CDK checks each template against CloudFormation's schemas, which takes seconds.

const lisi = { username: "lisi", password: "another password", userId: "u_lisi" };
/** The SDK waits between two tries for a random part of up to two seconds; without chance these tests need not. */
const environment = { NODE_OPTIONS: "--import=data:text/javascript,Math.random=()=>0" };

let stack: StackOnLaptop;
/** The stack of examples/orders, synthesized and run as it is: it finds the authorizer by the login stack's export. */
let orders: Assembly;
let restApis: readonly RestApiDescription[];
let functions: Functions;
/** Labels of the functions that were invoked since the test began. */
const invoked: string[] = [];
/** What DynamoDB does with the calls to come. */
let dynamoDb: (call: InterceptedCall) => Fault | undefined = () => undefined;

beforeAll(async () => {
  stack = await startStackOnLaptop({ environment, intercept: (call) => dynamoDb(call) });
  await addAccount(stack.laptop, lisi);
  const outdir = await mkdtemp(join(tmpdir(), "weapp-login-orders-"));
  onAfterAll(() => rm(outdir, { recursive: true }));
  const app = new App({ outdir });
  new OrdersStack(app, "Orders");
  app.synth();
  const { exports, routes } = stack.laptop.assembly;
  const deployed = routes.flatMap(({ authorizer }) => authorizer ?? []);
  orders = await readAssembly(outdir, "Orders", "us-east-1", exports, deployed);
  restApis = await readRestApis(outdir, "Orders", "us-east-1", exports);
  const own = localFunctions({
    functions: orders.functions,
    maxInstances: 1,
    freeze: false,
    environmentOf: () => ({}),
    mayLog: () => false,
    onLog: () => {},
  });
  onAfterAll(() => own.close());
  const of = (arn: string) => (own.find(arn) ? own : stack.laptop.functions);
  functions = {
    ...own,
    find: (arn) => of(arn).find(arn),
    invoke(arn, payload) {
      invoked.push(of(arn).find(arn)?.label ?? arn);
      return of(arn).invoke(arn, payload);
    },
  };
});

const toClose: (() => Promise<void>)[] = [];
const onAfterAll = (close: () => Promise<void>) => void toClose.push(close);
afterAll(async () => {
  for (const close of toClose.reverse()) await close();
  await stack.close();
});
beforeEach(() => {
  invoked.length = 0;
  dynamoDb = () => undefined;
});

const noon = Date.UTC(2025, 0, 15, 12);

/** The gateways in front of the same functions, as synthesized or with a cache, and a clock that only their caches see. */
const gateways = {
  "the login's own HTTP API": async (cacheSeconds: number, now: () => number): Promise<Gateway> =>
    startGateway({
      routes: [...stack.laptop.assembly.routes, ...orders.routes].map((it) => ({
        ...it,
        ...(it.authorizer && { authorizer: { ...it.authorizer, cacheSeconds } }),
      })),
      functions,
      port: 0,
      now,
    }),
  "a REST API": async (cacheSeconds: number, now: () => number): Promise<Gateway> => {
    const [api] = restApis;
    if (!api) throw new Error("The example has no REST API.");
    const methods = api.methods.map((it) => ({
      ...it,
      ...(it.authorizer && { authorizer: { ...it.authorizer, cacheSeconds } }),
    }));
    return startRestGateway({ api: { ...api, methods }, functions, port: 0, now });
  },
};

let people = 0;
/** A stranger's first login, with the password of this account. */
async function logIn({ username, password }: { username: string; password: string } = sample) {
  const code = stack.simulator.login(`person ${people++}`);
  const { body } = await stack.login({ code, username, password });
  return { session: String(body.sessionId) };
}

/** Not fetch, which would join a doubled header. */
async function send(gateway: Gateway, route: string, headers: readonly string[] = []) {
  const [method = "", path = ""] = route.split(" ");
  const { port, pathname } = new URL(gateway.url + path);
  const sent = httpRequest({
    host: "127.0.0.1",
    port,
    method,
    path: pathname,
    headers: ["Host", "localhost", ...headers],
  });
  sent.end();
  const [response]: IncomingMessage[] = await once(sent, "response");
  if (!response) throw new Error("There is no response.");
  return { status: response.statusCode, body: JSON.parse(await text(response)) };
}

describe.each(Object.entries(gateways))("%s that reuses nothing", (_kind, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start(0, Date.now);
    onAfterAll(() => gateway.close());
  });
  const as = (session: string, route = "GET /orders", name = "Authorization") =>
    send(gateway, route, [name, `Bearer ${session}`]);

  test("is what the example deploys", () => {
    const authorizers = [...orders.routes, ...restApis.flatMap(({ methods }) => methods)].map(
      ({ authorizer }) => authorizer,
    );
    expect(authorizers).toHaveLength(4);
    for (const authorizer of authorizers) {
      expect(authorizer).toMatchObject({
        functionArn: stack.laptop.assembly.outputs.AuthorizerFunctionArn,
        cacheSeconds: 0,
      });
    }
  });

  test.each(["GET /orders", "POST /orders"])(
    "lets a session in at %s, and tells whose it is",
    async (route) => {
      const { session } = await logIn(lisi);
      expect(await as(session, route)).toEqual({ status: 200, body: { userId: "u_lisi", orders: [] } });
    },
  );

  test.each(["authorization", "AUTHORIZATION"])("lets it in with the header spelt %s", async (name) => {
    const { session } = await logIn();
    expect((await as(session, "GET /orders", name)).status).toBe(200);
  });

  test("refuses without the header, and asks nobody", async () => {
    expect(await send(gateway, "GET /orders")).toEqual({ status: 401, body: { message: "Unauthorized" } });
    expect(invoked).toEqual([]);
  });

  test("refuses a session that there is none of", async () => {
    expect((await as("A".repeat(64))).status).toBe(403);
    expect(invoked).toEqual(["authorizer"]);
  });

  test("refuses a session that has expired, although it is still stored", async () => {
    const { session } = await logIn();
    const key = Buffer.from(session, "base64url").subarray(0, 16).toString("base64");
    const item = (await scan(stack.laptop, "Sessions")).find(({ identity }) => identity?.B === key);
    const TableName = stack.laptop.tableName("SESSIONS_TABLE");
    const Item = { ...item, expiresAt: { N: String(Math.floor(Date.now() / 1000) - 1) } };
    await stack.laptop.dynamoDb.call("PutItem", { TableName, Item });
    expect((await as(session)).status).toBe(403);
  });

  test.each<[string, (session: string, other: string) => string[]]>([
    ["malformed", (session) => ["Authorization", `Bearer ${session.slice(1)}`]],
    ["of another scheme", (session) => ["Authorization", `Basic ${session}`]],
    ["a comma list", (session, other) => ["Authorization", `Bearer ${session},Bearer ${other}`]],
    [
      "doubled",
      (session, other) => ["Authorization", `Bearer ${session}`, "Authorization", `Bearer ${other}`],
    ],
    [
      "doubled, the same twice",
      (session) => ["Authorization", `Bearer ${session}`, "Authorization", `Bearer ${session}`],
    ],
    [
      "doubled, spelt differently",
      (session, other) => ["Authorization", `Bearer ${session}`, "authorization", `Bearer ${other}`],
    ],
    ["doubled, with nothing", (session) => ["Authorization", `Bearer ${session}`, "Authorization", ""]],
  ])("refuses a header that is %s, without a read", async (_what, headers) => {
    const [{ session }, other] = [await logIn(), await logIn(lisi)];
    let reads = 0;
    dynamoDb = () => void reads++;
    expect((await send(gateway, "GET /orders", headers(session, other.session))).status).toBe(403);
    expect(invoked).toEqual(["authorizer"]);
    expect(reads).toBe(0);
  });

  test("refuses the next request after a logout", async () => {
    const { session } = await logIn();
    expect((await as(session)).status).toBe(200);
    await stack.call("DELETE /session", { session });
    expect((await as(session)).status).toBe(403);
  });

  test("refuses every session of an account that an operator has ended", async () => {
    const [zhang, li] = [await logIn(), await logIn(lisi)];
    await stack.admin({ action: "sessions.revoke", of: { userId: lisi.userId } });
    expect((await as(li.session)).status).toBe(403);
    expect((await as(zhang.session)).status).toBe(200);
  });

  test("says 500 while DynamoDB is down, and lets in after that", async () => {
    const { session } = await logIn();
    dynamoDb = () => ({ kind: "drop" });
    expect((await as(session)).status).toBe(500);
    expect(invoked).not.toContain("orders");
    dynamoDb = () => undefined;
    expect((await as(session)).status).toBe(200);
  });
});

describe.each(Object.entries(gateways))("%s that reuses answers for 300 seconds", (_kind, start) => {
  async function started() {
    const time = { now: noon };
    const gateway = await start(300, () => time.now);
    onTestFinished(() => gateway.close());
    const as = (session: string, route = "GET /orders") =>
      send(gateway, route, ["Authorization", `Bearer ${session}`]);
    const asked = () => invoked.filter((label) => label === "authorizer").length;
    return { time, as, asked };
  }

  test("lets a session that was let in at one route in at another", async () => {
    const { as, asked } = await started();
    const { session } = await logIn();
    expect((await as(session, "GET /orders")).status).toBe(200);
    expect(await as(session, "POST /orders")).toMatchObject({ status: 200, body: { userId: sample.userId } });
    expect(asked()).toBe(1);
  });

  test("hands what one session was given to no other", async () => {
    const { as } = await started();
    const [zhang, li] = [await logIn(), await logIn(lisi)];
    expect((await as(zhang.session)).body).toMatchObject({ userId: sample.userId });
    expect((await as(li.session)).body).toMatchObject({ userId: lisi.userId });
    expect((await as(`${zhang.session.slice(0, -1)}${zhang.session.endsWith("A") ? "B" : "A"}`)).status).toBe(
      403,
    );
    expect((await as("A".repeat(64))).status).toBe(403);
    expect((await as(zhang.session)).body).toMatchObject({ userId: sample.userId });
  });

  test("refuses what was refused at one route at another, and nobody else", async () => {
    const { as, asked } = await started();
    const { session } = await logIn();
    expect((await as("A".repeat(64), "GET /orders")).status).toBe(403);
    expect((await as("A".repeat(64), "POST /orders")).status).toBe(403);
    expect(asked()).toBe(1);
    expect((await as(session, "POST /orders")).status).toBe(200);
  });

  test("takes note of a logout when the time is up, and not before", async () => {
    const { as, time } = await started();
    const { session } = await logIn();
    expect((await as(session)).status).toBe(200);
    await stack.call("DELETE /session", { session });
    time.now += 299_999;
    expect((await as(session, "POST /orders")).status).toBe(200);
    time.now += 1;
    expect((await as(session)).status).toBe(403);
    expect((await as(session, "POST /orders")).status).toBe(403);
  });

  test("keeps no failure", async () => {
    const { as } = await started();
    const { session } = await logIn();
    dynamoDb = () => ({ kind: "drop" });
    expect((await as(session)).status).toBe(500);
    dynamoDb = () => undefined;
    expect((await as(session)).status).toBe(200);
  });
});

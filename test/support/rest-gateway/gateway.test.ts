import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { arnOf, type Event, fakeFunctions, type Handler, type Result } from "../fake-functions.ts";
import type { RestApiDescription, RestMethodDescription } from "./assembly.ts";
import { startRestGateway } from "./gateway.ts";

const noon = Date.UTC(2025, 0, 15, 12);
const apiArn = "arn:aws-cn:execute-api:cn-north-1:111111111111:abc";
const anything = { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: `${apiArn}/*` } as const;

const open = (route: string): RestMethodDescription => {
  const [httpMethod = "", resourcePath = ""] = route.split(" ");
  return { httpMethod, resourcePath, resourceId: `resource ${resourcePath}`, functionArn: arnOf("shop") };
};
const guarded = (route: string, cacheSeconds = 0): RestMethodDescription => ({
  ...open(route),
  authorizer: {
    authorizerId: "asks",
    functionArn: arnOf("authorizer"),
    identitySources: [{ from: "header", name: "Authorization" }],
    cacheSeconds,
  },
});

const policy = (Effect: "Allow" | "Deny", Resource: string | string[], context?: object): Result => ({
  result: {
    principalId: "alice",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect, Resource }],
    },
    ...(context && { context }),
  },
});
const allow: Handler = () => policy("Allow", `${apiArn}/prod/*`, { userId: "u_alice" });
const ok: Handler = () => ({ result: { statusCode: 200, body: "ok" } });

interface Setup extends Partial<Pick<RestApiDescription, "permissions" | "binary">> {
  readonly methods: readonly RestMethodDescription[];
  readonly handlers?: Readonly<Record<string, Handler>>;
}

/** A gateway that ends with the test, its functions, and a clock to set. */
async function gateway({ methods, handlers, binary = false, permissions }: Setup) {
  const time = { now: noon };
  const fake = fakeFunctions({ shop: ok, authorizer: allow, ...handlers });
  const everything = new Map([arnOf("shop"), arnOf("authorizer")].map((arn) => [arn, [anything]]));
  const api: RestApiDescription = {
    apiId: "abc",
    stage: "prod",
    place: { partition: "aws-cn", region: "cn-north-1", accountId: "111111111111", stackName: "Shop" },
    methods,
    permissions: permissions ?? everything,
    binary,
  };
  const { url, close } = await startRestGateway({
    api,
    functions: fake.functions,
    port: 0,
    now: () => time.now,
  });
  onTestFinished(close);

  /** Not fetch: it would merge headers, add some, and normalise the path before anything is sent. */
  async function send(route: string, headers: readonly string[] = [], body?: string | Buffer) {
    const [method = "", path = ""] = route.split(" ");
    const { port } = new URL(url);
    const sent = httpRequest({
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: [
        "Host",
        "api.example.com",
        ...(body === undefined ? [] : ["Content-Length", String(Buffer.byteLength(body))]),
        ...headers,
      ],
    });
    sent.end(body);
    const [response]: IncomingMessage[] = await once(sent, "response");
    if (!response) throw new Error("There is no response.");
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  /** The event of the last call of this function. */
  function event(name = "shop"): Event {
    const found = fake.calls.findLast(([it]) => it === name);
    if (!found) throw new Error(`${name} was not called.`);
    return found[1];
  }

  return { ...fake, send, event, time, url };
}

const bearer = (session: string) => ["Authorization", `Bearer ${session}`];
const says = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
const explicitly =
  "User is not authorized to access this resource with an explicit deny in an identity-based policy";
const denied = says(403, { Message: explicitly });
const notAllowed = says(403, { Message: "User is not authorized to access this resource" });
const brokenAuthorizer = says(500, { message: null });

describe("the event of payload format 1.0", () => {
  test("says what was asked, by whom and when", async () => {
    const { send, event } = await gateway({ methods: [open("GET /orders/{id}")] });
    await send("GET /prod/orders/a%20b?size=2&size=3&color=%E5%BC%A0", ["User-Agent", "wechat"]);
    expect(event()).toMatchObject({
      resource: "/orders/{id}",
      path: "/orders/a%20b",
      httpMethod: "GET",
      queryStringParameters: { size: "3", color: "张" },
      multiValueQueryStringParameters: { size: ["2", "3"], color: ["张"] },
      pathParameters: { id: "a b" },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      requestContext: {
        accountId: "111111111111",
        apiId: "abc",
        httpMethod: "GET",
        identity: { sourceIp: "127.0.0.1", userAgent: "wechat" },
        path: "/prod/orders/a%20b",
        protocol: "HTTP/1.1",
        requestId: expect.stringMatching(/^[\w-]+$/),
        requestTimeEpoch: noon,
        resourceId: "resource /orders/{id}",
        resourcePath: "/orders/{id}",
        stage: "prod",
      },
    });
    expect(event().requestContext).not.toHaveProperty("authorizer");
  });

  test("has null where an HTTP API leaves out", async () => {
    const { send, event } = await gateway({ methods: [open("GET /orders")] });
    await send("GET /prod/orders");
    expect(event()).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
    });
  });

  test("has header names as the client spelt them, the last of several values, and all of them", async () => {
    const { send, event } = await gateway({ methods: [open("GET /orders")] });
    await send("GET /prod/orders", ["X-Shop", "one", "x-shop", "two", "aUTHORIZATION", "a"]);
    expect(event().headers).toMatchObject({ Host: "api.example.com", "X-Shop": "two", aUTHORIZATION: "a" });
    expect(event().multiValueHeaders).toMatchObject({ "X-Shop": ["one", "two"], aUTHORIZATION: ["a"] });
  });

  test("takes the source address from the connection, whatever the client says of itself", async () => {
    const { send, event } = await gateway({ methods: [open("GET /orders")] });
    await send("GET /prod/orders", ["x-forwarded-for", "203.0.113.7"]);
    expect(JSON.stringify(event())).not.toContain("203.0.113.7");
  });

  test("has bodies as text, and as base64 where the API has binary media types", async () => {
    const setup = { methods: [open("POST /orders")] };
    const [ofText, ofBytes] = [await gateway(setup), await gateway({ ...setup, binary: true })];
    await ofText.send("POST /prod/orders", [], '{"name":"张"}');
    expect(ofText.event()).toMatchObject({ body: '{"name":"张"}', isBase64Encoded: false });
    const bytes = Buffer.from([0, 0xff, 0x80]);
    await ofBytes.send("POST /prod/orders", [], bytes);
    expect(ofBytes.event()).toMatchObject({ body: bytes.toString("base64"), isBase64Encoded: true });
  });
});

describe("a request", () => {
  test.each([
    ["GET /prod/orders", "GET /orders"],
    ["GET /prod/orders/", "GET /orders"],
    ["POST /prod/orders", "ANY /orders"],
    ["GET /prod/orders/7", "GET /orders/{id}"],
    ["GET /prod/files/a/b", "ANY /{proxy+}"],
    ["GET /prod", "GET /"],
    ["GET /prod/", "GET /"],
  ])("for %s goes to %s", async (request, method) => {
    const methods = ["ANY /{proxy+}", "ANY /orders", "GET /orders", "GET /orders/{id}", "GET /"];
    const { send, event } = await gateway({
      methods: methods.map((it) => ({ ...open(it), resourceId: it })),
    });
    expect((await send(request)).status).toBe(200);
    expect(event().requestContext).toMatchObject({ resourceId: method });
  });

  test.each([
    ["for another stage", "GET /test/orders", "Forbidden"],
    ["for a stage that begins the same", "GET /production/orders", "Forbidden"],
    ["without a stage", "GET /orders", "Forbidden"],
    ["for no resource", "GET /prod/cart", "Missing Authentication Token"],
    // An HTTP API would go on to the greedy route.
    ["for another method of a resource", "POST /prod/orders/7", "Missing Authentication Token"],
  ])("%s is refused: %s", async (_what, request, message) => {
    const methods = [open("GET /orders"), open("GET /orders/{id}"), open("ANY /files/{proxy+}")];
    const { send, calls } = await gateway({ methods });
    expect(await send(request)).toMatchObject(says(403, { message }));
    expect(calls).toEqual([]);
  });

  test("for a method beside a greedy resource that has it is refused all the same", async () => {
    const { send } = await gateway({ methods: [open("GET /orders/{id}"), open("ANY /{proxy+}")] });
    expect((await send("POST /prod/orders/7")).status).toBe(403);
  });

  test("for a function that the API may not invoke at this method is an error of the server", async () => {
    const only = { ...anything, Resource: `${apiArn}/prod/GET/orders` };
    const { send, called } = await gateway({
      methods: [open("GET /orders"), open("POST /orders")],
      permissions: new Map([[arnOf("shop"), [only]]]),
    });
    expect((await send("GET /prod/orders")).status).toBe(200);
    expect(await send("POST /prod/orders")).toMatchObject(says(500, { message: "Internal server error" }));
    expect(called("shop")).toBe(1);
  });
});

describe("the authorizer", () => {
  const methods = [guarded("GET /orders/{id}"), guarded("POST /orders/{id}")];

  test.each<[string, string[]]>([
    ["without the header", []],
    ["with an empty one", ["Authorization", ""]],
    ["with another header", ["X-Authorization", "Bearer s"]],
  ])("is not asked %s: 401", async (_what, headers) => {
    const { send, calls } = await gateway({ methods });
    expect(await send("GET /prod/orders/7", headers)).toMatchObject(says(401, { message: "Unauthorized" }));
    expect(calls).toEqual([]);
  });

  test("is asked with the request and the method's ARN, without the body", async () => {
    const { send, event } = await gateway({ methods });
    await send("POST /prod/orders/7?a=1", [...bearer("s"), "authorization", "Bearer t"], '{"secret":1}');
    expect(event("authorizer")).toMatchObject({
      type: "REQUEST",
      methodArn: `${apiArn}/prod/POST/orders/7`,
      resource: "/orders/{id}",
      path: "/orders/7",
      httpMethod: "POST",
      headers: { Authorization: "Bearer t" },
      multiValueHeaders: { Authorization: ["Bearer s", "Bearer t"] },
      queryStringParameters: { a: "1" },
      pathParameters: { id: "7" },
      requestContext: { requestId: expect.any(String), stage: "prod" },
    });
    expect(JSON.stringify(event("authorizer"))).not.toContain("secret");
  });

  test("passes its context on as texts, and who the principal is", async () => {
    const authorizer: Handler = () =>
      policy("Allow", `${apiArn}/*`, { userId: "u_alice", number: 1, truth: true });
    const { send, event } = await gateway({ methods, handlers: { authorizer } });
    expect(await send("GET /prod/orders/7", bearer("s"))).toMatchObject({ status: 200, body: "ok" });
    expect(event().requestContext).toMatchObject({
      authorizer: {
        userId: "u_alice",
        number: "1",
        truth: "true",
        principalId: "alice",
        integrationLatency: expect.any(Number),
      },
    });
  });

  test.each<[string, Result, object]>([
    ["denies the method", policy("Deny", `${apiArn}/prod/GET/orders/7`), denied],
    ["denies everything", policy("Deny", `${apiArn}/*`), denied],
    ["allows another method", policy("Allow", `${apiArn}/prod/POST/orders/7`), notAllowed],
    ["allows another path", policy("Allow", `${apiArn}/prod/GET/orders/8`), notAllowed],
    ["allows another stage", policy("Allow", `${apiArn}/test/*`), notAllowed],
    ["allows another API", policy("Allow", `${apiArn}d/prod/*`), notAllowed],
    [
      "allows nothing",
      { result: { principalId: "alice", policyDocument: { Version: "2012-10-17", Statement: [] } } },
      notAllowed,
    ],
    ["answers Unauthorized by an error", { error: "Unauthorized" }, says(401, { message: "Unauthorized" })],
  ])("that %s refuses, and the function is not invoked", async (_what, answer, expected) => {
    const { send, called } = await gateway({ methods, handlers: { authorizer: () => answer } });
    expect(await send("GET /prod/orders/7", bearer("s"))).toMatchObject(expected);
    expect(called("shop")).toBe(0);
  });

  const whole = { Version: "2012-10-17", Statement: [{ Action: "*", Effect: "Allow", Resource: "*" }] };
  test.each<[string, Result]>([
    ["fails", { error: "no table" }],
    ["answers nothing", { result: null }],
    ["answers in the simple form of HTTP APIs", { result: { isAuthorized: true } }],
    ["answers without a principal", { result: { policyDocument: whole } }],
    ["answers with an empty principal", { result: { principalId: "", policyDocument: whole } }],
    ["answers without a policy", { result: { principalId: "alice" } }],
    [
      "answers with a list in its context",
      { result: { principalId: "a", policyDocument: whole, context: { a: [] } } },
    ],
    [
      "answers with null in its context",
      { result: { principalId: "a", policyDocument: whole, context: { a: null } } },
    ],
    [
      "answers with a policy that cannot be read",
      { result: { principalId: "a", policyDocument: { Statement: [{ Effect: "Maybe" }] } } },
    ],
  ])("that %s is a 500, never an allow and never a 403", async (_what, answer) => {
    const { send, called } = await gateway({ methods, handlers: { authorizer: () => answer } });
    expect(await send("GET /prod/orders/7", bearer("s"))).toMatchObject(brokenAuthorizer);
    expect(called("shop")).toBe(0);
  });

  test("that the API may not invoke is a 500", async () => {
    const permissions = new Map([
      [arnOf("shop"), [anything]],
      [arnOf("authorizer"), [{ ...anything, Resource: `${apiArn}/authorizers/another` }]],
    ]);
    const { send, calls } = await gateway({ methods, permissions });
    expect(await send("GET /prod/orders/7", bearer("s"))).toMatchObject(brokenAuthorizer);
    expect(calls).toEqual([]);
  });
});

describe("the authorizer's policy", () => {
  test("is asked for at every request where the template says 0 seconds", async () => {
    const { send, called } = await gateway({ methods: [guarded("GET /orders")] });
    for (let request = 1; request <= 3; request++) {
      await send("GET /prod/orders", bearer("s"));
      expect(called("authorizer")).toBe(request);
    }
  });

  const cached = [guarded("GET /orders", 60), guarded("POST /orders", 60)];

  test.each([
    [59_999, 1],
    [60_000, 2],
    [60_001, 2],
  ])("is kept for as long as the template says: after %i ms, %i calls", async (later, calls) => {
    const { send, called, time } = await gateway({ methods: cached });
    await send("GET /prod/orders", bearer("s"));
    time.now += later;
    expect((await send("GET /prod/orders", bearer("s"))).status).toBe(200);
    expect(called("authorizer")).toBe(calls);
  });

  test("is kept, and not the verdict: what it says of another method holds there", async () => {
    // What the handler here does not do: it speaks of the one method that was asked for.
    const authorizer: Handler = ({ methodArn }) => policy("Allow", String(methodArn));
    const { send, called } = await gateway({ methods: cached, handlers: { authorizer } });
    expect((await send("GET /prod/orders", bearer("s"))).status).toBe(200);
    expect(await send("POST /prod/orders", bearer("s"))).toMatchObject(notAllowed);
    expect((await send("GET /prod/orders", bearer("s"))).status).toBe(200);
    expect(called("authorizer")).toBe(1);
  });

  test("is kept for these values of the identity sources only", async () => {
    const { send, called } = await gateway({ methods: cached });
    await send("GET /prod/orders", bearer("s"));
    await send("GET /prod/orders", bearer("t"));
    await send("GET /prod/orders", [...bearer("s"), ...bearer("t")]);
    expect(called("authorizer")).toBe(3);
    await send("GET /prod/orders", ["authorization", "Bearer s"]);
    expect(called("authorizer")).toBe(3);
  });

  test.each<[string, Result]>([
    ["a failure", { error: "no table" }],
    ["Unauthorized", { error: "Unauthorized" }],
    ["nonsense", { result: {} }],
  ])("is not kept when it was %s", async (_what, first) => {
    const answers = [first];
    const authorizer: Handler = (event) => answers.shift() ?? allow(event);
    const { send } = await gateway({ methods: cached, handlers: { authorizer } });
    expect((await send("GET /prod/orders", bearer("s"))).status).not.toBe(200);
    expect((await send("GET /prod/orders", bearer("s"))).status).toBe(200);
  });
});

describe("a function's result", () => {
  async function answerTo(result: Result, binary = false) {
    const { send } = await gateway({
      methods: [open("GET /orders")],
      handlers: { shop: () => result },
      binary,
    });
    return send("GET /prod/orders");
  }

  test("becomes status, headers and body", async () => {
    const headers = { "Retry-After": 7, "X-Shop": "one" };
    const multiValueHeaders = { "x-shop": ["two", "three"], "Set-Cookie": ["a=1", "b=2"] };
    const answer = await answerTo({ result: { statusCode: 429, headers, multiValueHeaders, body: "{}" } });
    expect(answer).toMatchObject({ status: 429, body: "{}" });
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "retry-after": "7",
      "set-cookie": ["a=1", "b=2"],
      "x-shop": "two, three",
    });
  });

  test("in base64 becomes bytes where the API has binary media types, and stays what it is elsewhere", async () => {
    const body = Buffer.from("张三").toString("base64");
    const result = { result: { statusCode: 200, body, isBase64Encoded: true } };
    expect((await answerTo(result, true)).body).toBe("张三");
    expect((await answerTo(result)).body).toBe(body);
  });

  test.each<[string, Result]>([
    ["a status only", { result: { statusCode: 204 } }],
    ["a status in a text", { result: { statusCode: "204", body: null, headers: null } }],
  ])("with %s has no body", async (_what, result) => {
    expect(await answerTo(result)).toMatchObject({ status: 204, body: "" });
  });

  test.each<[string, Result]>([
    ["a failure", { error: "the password was pwd123456" }],
    ["nothing", { result: null }],
    ["a text", { result: "hello" }],
    ["no status", { result: { body: "hello" } }],
    ["a status that is none", { result: { statusCode: 99 } }],
    ["an object for a body", { result: { statusCode: 200, body: {} } }],
    ["a text for headers", { result: { statusCode: 200, headers: "x" } }],
    ["something unknown", { result: { statusCode: 200, cookies: [] } }],
  ])("that is %s is a 502 that says nothing of it", async (_what, result) => {
    expect(await answerTo(result)).toMatchObject(says(502, { message: "Internal server error" }));
  });
});

test("a gateway whose port is taken rejects with the reason", async () => {
  const { url } = await gateway({ methods: [] });
  const { functions } = fakeFunctions({});
  const api = { apiId: "abc", stage: "prod", methods: [], permissions: new Map(), binary: false };
  const place = { partition: "aws", region: "r", accountId: "1", stackName: "s" };
  const port = Number(new URL(url).port);
  const second = startRestGateway({ api: { ...api, place }, functions, port, now: () => noon });
  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE" });
});

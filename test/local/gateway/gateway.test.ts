import { once } from "node:events";
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AuthorizerDescription, RouteDescription } from "../../../local/gateway/described-routes.ts";
import { arnOf, type Event, fakeFunctions, type Handler, type Result } from "../../support/fake-functions.ts";
import { startGateway } from "../../support/gateway.ts";

const noon = Date.UTC(2025, 0, 15, 12);

const sessionAuthorizer: AuthorizerDescription = {
  authorizerId: "session",
  functionArn: arnOf("authorizer"),
  payloadFormat: "2.0",
  identityHeaders: ["authorization"],
  cacheSeconds: 0,
};

const open = (routeKey: string, name = "shop"): RouteDescription => ({ routeKey, functionArn: arnOf(name) });
const guarded = (routeKey: string, changes: Partial<AuthorizerDescription> = {}): RouteDescription => ({
  ...open(routeKey),
  authorizer: { ...sessionAuthorizer, ...changes },
});

const ok: Handler = () => ({ result: { statusCode: 200, body: "ok" } });
const allow: Handler = () => ({ result: { isAuthorized: true, context: { userId: "u_alice" } } });

interface Setup {
  readonly routes: readonly RouteDescription[];
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly notForTheGateway?: readonly string[];
}

/** A gateway that ends with the test, its functions, and a clock to set. */
async function gateway({ routes, handlers, notForTheGateway }: Setup) {
  const time = { now: noon };
  const fake = fakeFunctions({ shop: ok, authorizer: allow, ...handlers }, notForTheGateway);
  const { url, close } = await startGateway({
    routes,
    functions: fake.functions,
    port: 0,
    now: () => time.now,
  });
  onTestFinished(close);

  /** Not fetch: it would merge headers, add some, and normalise the path before anything is sent. */
  async function send(
    route: string,
    headers: OutgoingHttpHeaders | readonly string[] = {},
    body?: string | Buffer,
  ) {
    const [method = "", path = ""] = route.split(" ");
    const { port } = new URL(url);
    const sent = httpRequest({ host: "127.0.0.1", port, method, path, headers });
    sent.end(body);
    const [response]: IncomingMessage[] = await once(sent, "response");
    if (!response) throw new Error("There is no response.");
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  /** The event of the one call of `shop`. */
  function event(): Event {
    const [found, ...others] = fake.calls.filter(([name]) => name === "shop");
    if (!found || others.length > 0) throw new Error("Exactly one call was expected.");
    return found[1];
  }

  return { ...fake, send, event, time, url };
}

const bearer = (session: string) => ({ authorization: `Bearer ${session}` });
const says = (status: number, message: string) => ({ status, body: JSON.stringify({ message }) });

describe("a request line that is odd", () => {
  test.each([
    ["GET //session", 404],
    ["GET //[", 404],
    ["GET ///", 404],
    ["GET /sessions/%", 404],
    ["GET /sessions/%zz", 404],
    ["GET /sessions/%c3%28", 404],
    ["GET /session/", 404],
    ["GET /x/../session", 404],
    ["GET ?a=1", 400],
    ["GET /session?%", 200],
    ["GET /session?a=1?b=2", 200],
    ["GET http://localhost/session", 200],
    ["OPTIONS *", 404],
  ])("%s is answered %i", async (route, status) => {
    const { send } = await gateway({ routes: [open("GET /session"), open("GET /sessions/{session-id}")] });
    expect((await send(route)).status).toBe(status);
  });

  test("has its variables decoded, its path and query as they were sent", async () => {
    const { send, event } = await gateway({ routes: [open("GET /sessions/{session-id}")] });
    await send("GET /sessions/a%2Fb?c=%20d?");
    expect(event()).toMatchObject({
      rawPath: "/sessions/a%2Fb",
      rawQueryString: "c=%20d?",
      pathParameters: { "session-id": "a/b" },
      queryStringParameters: { c: " d?" },
    });
  });
});

describe("the event of payload format 2.0", () => {
  test("says what was asked, by whom and when", async () => {
    const { send, event } = await gateway({ routes: [open("GET /orders/{id}")] });
    await send("GET /orders/a%20b?size=2&color=red", { "user-agent": "wechat", host: "api.example.com" });
    expect(event()).toMatchObject({
      version: "2.0",
      routeKey: "GET /orders/{id}",
      rawPath: "/orders/a%20b",
      rawQueryString: "size=2&color=red",
      queryStringParameters: { size: "2", color: "red" },
      pathParameters: { id: "a b" },
      headers: { host: "api.example.com", "user-agent": "wechat" },
      isBase64Encoded: false,
      requestContext: {
        routeKey: "GET /orders/{id}",
        stage: "$default",
        requestId: expect.stringMatching(/^[\w-]+$/),
        timeEpoch: noon,
        http: {
          method: "GET",
          path: "/orders/a%20b",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "wechat",
        },
      },
    });
  });

  test("leaves out what there is none of", async () => {
    const { send, event } = await gateway({ routes: [open("ANY /login")] });
    await send("POST /login");
    for (const name of ["body", "cookies", "queryStringParameters", "pathParameters"]) {
      expect(event()).not.toHaveProperty(name);
    }
    expect(event()).toMatchObject({ rawQueryString: "", isBase64Encoded: false });
    expect(event().requestContext).not.toHaveProperty("authorizer");
  });

  test("has header names in lower case, and a doubled header as one with a comma", async () => {
    const { send, event } = await gateway({ routes: [open("GET /")] });
    await send("GET /", [
      "Host",
      "x",
      "X-Shop",
      "one",
      "x-shop",
      "two",
      "Authorization",
      "a",
      "Authorization",
      "b",
    ]);
    expect(event().headers).toMatchObject({ "x-shop": "one,two", authorization: "a,b" });
  });

  test("has cookies in a list of their own", async () => {
    const { send, event } = await gateway({ routes: [open("GET /")] });
    await send("GET /", { Cookie: "a=1; b=2" });
    expect(event().cookies).toEqual(["a=1", "b=2"]);
    expect(event().headers).not.toHaveProperty("cookie");
  });

  test("decodes query strings, joins doubled names by commas, and keeps the raw text", async () => {
    const { send, event } = await gateway({ routes: [open("GET /")] });
    await send("GET /?a=1&b=%E5%BC%A0+x&a=2&empty");
    expect(event()).toMatchObject({
      rawQueryString: "a=1&b=%E5%BC%A0+x&a=2&empty",
      queryStringParameters: { a: "1,2", b: "张 x", empty: "" },
    });
  });

  test.each([
    ["application/json", '{"name":"张"}'],
    ["application/json; charset=utf-8", "{}"],
    ["application/problem+json", "{}"],
    ["text/plain", "text"],
    ["application/xml", "<a/>"],
  ])("has a body of %s as text", async (type, body) => {
    const { send, event } = await gateway({ routes: [open("POST /")] });
    await send("POST /", { "content-type": type }, body);
    expect(event()).toMatchObject({ body, isBase64Encoded: false });
  });

  test.each([["application/octet-stream"], ["image/png"], ["application/x-www-form-urlencoded"]])(
    "has a body of %s in base64, to the byte",
    async (type) => {
      const { send, event } = await gateway({ routes: [open("POST /")] });
      const bytes = Buffer.from([0, 0xff, 0x80, 10, 13]);
      await send("POST /", { "content-type": type }, bytes);
      expect(event()).toMatchObject({ body: bytes.toString("base64"), isBase64Encoded: true });
    },
  );

  test("takes the source address from the connection, whatever the client says of itself", async () => {
    const { send, event } = await gateway({ routes: [open("GET /")] });
    await send("GET /", { "x-forwarded-for": "203.0.113.7" });
    expect(event()).toMatchObject({ requestContext: { http: { sourceIp: "127.0.0.1" } } });
  });
});

describe("a request", () => {
  test.each([["GET /nowhere"], ["PUT /orders"]])("for no route (%s) is not found", async (route) => {
    const { send, calls } = await gateway({ routes: [open("GET /orders")] });
    expect(await send(route)).toMatchObject(says(404, "Not Found"));
    expect(calls).toEqual([]);
  });

  test("over 10 MB is refused before any function sees it", async () => {
    const { send, calls } = await gateway({ routes: [open("POST /")] });
    const tooLarge = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect((await send("POST /", {}, tooLarge)).status).toBe(413);
    expect(calls).toEqual([]);
  });

  test("for a function that the gateway may not invoke is an error of the server", async () => {
    const { send, calls } = await gateway({ routes: [open("GET /")], notForTheGateway: ["shop"] });
    expect(await send("GET /")).toMatchObject(says(500, "Internal Server Error"));
    expect(calls).toEqual([]);
  });

  test("for a function that fails is an error of the server that says nothing of it", async () => {
    const shop: Handler = () => ({ error: "the password was pwd123456" });
    const { send } = await gateway({ routes: [open("GET /")], handlers: { shop } });
    expect(await send("GET /")).toMatchObject(says(500, "Internal Server Error"));
  });
});

describe("the authorizer", () => {
  const routes = [guarded("GET /orders/{id}")];

  test.each<[string, OutgoingHttpHeaders]>([
    ["without the header", {}],
    ["with an empty one", { authorization: "" }],
  ])("is not asked %s: 401", async (_what, headers) => {
    const { send, calls } = await gateway({ routes });
    expect(await send("GET /orders/7", headers)).toMatchObject(says(401, "Unauthorized"));
    expect(calls).toEqual([]);
  });

  test("is asked with the request, the identity source and the route's ARN, without the body", async () => {
    const { send, calls } = await gateway({ routes: [guarded("POST /orders/{id}")] });
    await send("POST /orders/7?a=1", { ...bearer("s"), "content-type": "application/json" }, '{"secret":1}');
    expect(calls[0]).toEqual([
      "authorizer",
      expect.objectContaining({
        version: "2.0",
        type: "REQUEST",
        routeArn: expect.stringMatching(/^arn:aws:execute-api:.*\/\$default\/POST\/orders\/\{id\}$/),
        identitySource: ["Bearer s"],
        routeKey: "POST /orders/{id}",
        rawPath: "/orders/7",
        headers: expect.objectContaining(bearer("s")),
        queryStringParameters: { a: "1" },
        pathParameters: { id: "7" },
        requestContext: expect.objectContaining({ timeEpoch: noon }),
      }),
    ]);
    expect(JSON.stringify(calls[0])).not.toContain("secret");
  });

  test("sees a doubled header as one value with a comma", async () => {
    const { send, calls } = await gateway({ routes });
    await send("GET /orders/7", ["Authorization", "Bearer a", "Authorization", "Bearer b", "Host", "x"]);
    expect(calls[0]?.[1].identitySource).toEqual(["Bearer a,Bearer b"]);
  });

  test("passes its context on to the function", async () => {
    const { send, event } = await gateway({ routes });
    expect(await send("GET /orders/7", bearer("s"))).toMatchObject({ status: 200, body: "ok" });
    expect(event().requestContext).toMatchObject({ authorizer: { lambda: { userId: "u_alice" } } });
  });

  test("without a context passes on an empty one", async () => {
    const authorizer: Handler = () => ({ result: { isAuthorized: true } });
    const { send, event } = await gateway({ routes, handlers: { authorizer } });
    await send("GET /orders/7", bearer("s"));
    expect(event().requestContext).toMatchObject({ authorizer: { lambda: {} } });
  });

  test("that refuses is a 403, and the function is not invoked", async () => {
    const authorizer: Handler = () => ({ result: { isAuthorized: false, context: { userId: "u_alice" } } });
    const { send, called } = await gateway({ routes, handlers: { authorizer } });
    expect(await send("GET /orders/7", bearer("s"))).toMatchObject(says(403, "Forbidden"));
    expect(called("shop")).toBe(0);
  });

  test.each<[string, Result]>([
    ["fails", { error: "no table" }],
    ["answers nothing", { result: null }],
    ["answers without isAuthorized", { result: { context: {} } }],
    ["answers with text for a boolean", { result: { isAuthorized: "true" } }],
    ["answers with a number for a boolean", { result: { isAuthorized: 1 } }],
    ["answers with a list", { result: [{ isAuthorized: true }] }],
    ["answers with an IAM policy", { result: { policyDocument: { Statement: [{ Effect: "Allow" }] } } }],
  ])("that %s is a 500, never an allow and never a 403", async (_what, answer) => {
    const { send, called } = await gateway({ routes, handlers: { authorizer: () => answer } });
    expect(await send("GET /orders/7", bearer("s"))).toMatchObject(says(500, "Internal Server Error"));
    expect(called("shop")).toBe(0);
  });

  test("that the gateway may not invoke is a 500", async () => {
    const { send, calls } = await gateway({ routes, notForTheGateway: ["authorizer"] });
    expect(await send("GET /orders/7", bearer("s"))).toMatchObject(says(500, "Internal Server Error"));
    expect(calls).toEqual([]);
  });

  test("of another payload format is a 500, because the laptop does not speak it", async () => {
    const { send, calls } = await gateway({ routes: [guarded("GET /orders", { payloadFormat: "1.0" })] });
    expect((await send("GET /orders", bearer("s"))).status).toBe(500);
    expect(calls).toEqual([]);
  });
});

describe("the authorizer's answer", () => {
  test("is asked for at every request where the template says 0 seconds", async () => {
    const { send, called } = await gateway({ routes: [guarded("GET /orders")] });
    for (let request = 1; request <= 3; request++) {
      await send("GET /orders", bearer("s"));
      expect(called("authorizer")).toBe(request);
    }
  });

  const cached = [guarded("GET /orders", { cacheSeconds: 60 }), guarded("GET /cart", { cacheSeconds: 60 })];

  test.each([
    [59_999, 1, "just before its time is up"],
    [60_000, 2, "when its time is up"],
    [60_001, 2, "after that"],
  ])("is reused for as long as the template says: after %i ms, %i calls (%s)", async (later, calls) => {
    const { send, called, time } = await gateway({ routes: cached });
    await send("GET /orders", bearer("s"));
    time.now += later;
    expect((await send("GET /orders", bearer("s"))).status).toBe(200);
    expect(called("authorizer")).toBe(calls);
  });

  test("is reused for every route of the authorizer, with its context", async () => {
    const { send, calls, called } = await gateway({ routes: cached });
    await send("GET /orders", bearer("s"));
    await send("GET /cart", bearer("s"));
    expect(called("authorizer")).toBe(1);
    expect(calls.at(-1)).toEqual(["shop", expect.objectContaining({ routeKey: "GET /cart" })]);
    expect(calls.at(-1)?.[1].requestContext).toMatchObject({ authorizer: { lambda: { userId: "u_alice" } } });
  });

  test("is not reused for another identity source", async () => {
    const { send, called } = await gateway({ routes: cached });
    await send("GET /orders", bearer("s"));
    await send("GET /orders", bearer("t"));
    expect(called("authorizer")).toBe(2);
  });

  test("is not reused for another authorizer of the same function: one that keeps nothing, or its own", async () => {
    let loggedIn = true;
    const authorizer: Handler = () => ({ result: { isAuthorized: loggedIn } });
    const routes = [
      guarded("GET /orders", { authorizerId: "60s", cacheSeconds: 60 }),
      guarded("GET /cart", { authorizerId: "30s", cacheSeconds: 30 }),
      guarded("GET /session", { authorizerId: "0s" }),
    ];
    const { send } = await gateway({ routes, handlers: { authorizer } });
    expect((await send("GET /orders", bearer("s"))).status).toBe(200);
    loggedIn = false;
    expect((await send("GET /session", bearer("s"))).status).toBe(403);
    expect((await send("GET /cart", bearer("s"))).status).toBe(403);
    expect((await send("GET /orders", bearer("s"))).status).toBe(200);
  });

  test("is reused when it is a refusal", async () => {
    const authorizer: Handler = () => ({ result: { isAuthorized: false } });
    const { send, called } = await gateway({ routes: cached, handlers: { authorizer } });
    await send("GET /orders", bearer("s"));
    expect((await send("GET /orders", bearer("s"))).status).toBe(403);
    expect(called("authorizer")).toBe(1);
  });

  test("is not reused when it was a failure", async () => {
    const answers: Result[] = [{ error: "no table" }, { result: { isAuthorized: true } }];
    const authorizer: Handler = () => answers.shift() ?? { error: "too many calls" };
    const { send } = await gateway({ routes: cached, handlers: { authorizer } });
    expect((await send("GET /orders", bearer("s"))).status).toBe(500);
    expect((await send("GET /orders", bearer("s"))).status).toBe(200);
  });
});

describe("a function's result", () => {
  async function answerTo(result: unknown) {
    const { send } = await gateway({ routes: [open("GET /")], handlers: { shop: () => ({ result }) } });
    return send("GET /");
  }

  test("becomes status, headers and body", async () => {
    const headers = { "content-type": "application/problem+json", "retry-after": 7 };
    const answer = await answerTo({ statusCode: 429, headers, body: '{"a":1}' });
    expect(answer).toMatchObject({
      status: 429,
      headers: { "content-type": "application/problem+json", "retry-after": "7" },
      body: '{"a":1}',
    });
  });

  test("in base64 becomes bytes", async () => {
    const body = Buffer.from("张三").toString("base64");
    expect(await answerTo({ statusCode: 200, body, isBase64Encoded: true })).toMatchObject({ body: "张三" });
  });

  test("with a status only has no body", async () => {
    expect(await answerTo({ statusCode: 204 })).toMatchObject({ status: 204, body: "" });
  });

  test("without a status is the body, as JSON", async () => {
    expect(await answerTo({ message: "hello" })).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"message":"hello"}',
    });
  });

  test("carries an id of the request, as the gateway's own answers do", async () => {
    const { send } = await gateway({ routes: [open("GET /")] });
    const ids = [await send("GET /"), await send("GET /nowhere")].map(
      ({ headers }) => headers["apigw-requestid"],
    );
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain(undefined);
  });
});

test("a gateway whose port is taken rejects with the reason", async () => {
  const { url } = await gateway({ routes: [] });
  const { functions } = fakeFunctions({});
  const second = startGateway({ routes: [], functions, port: Number(new URL(url).port), now: () => noon });
  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE" });
});

import { describe, expect, onTestFinished, test } from "vitest";
import type { WeappLoginStackProps } from "../../../lib/props.ts";
import { WeappLoginStack } from "../../../lib/weapp-login-stack.ts";
import { readAssembly } from "../../../local/assembly.ts";
import { type CorsDescription, describeCors } from "../../../local/gateway/cors.ts";
import { arnOf, fakeFunctions, type Handler } from "../../support/fake-functions.ts";
import { startGateway } from "../../support/gateway.ts";
import { appId, newApp } from "../../support/in-process.ts";

const h5 = "https://h5.example.com";
const elsewhere = "https://elsewhere.example.com";
const cors: CorsDescription = {
  allowOrigins: [h5, "https://m.example.com"],
  allowMethods: ["GET", "POST"],
  allowHeaders: ["authorization", "content-type"],
  exposeHeaders: ["retry-after", "x-own"],
  maxAgeSeconds: 600,
};

const authorizer = {
  authorizerId: "session",
  functionArn: arnOf("authorizer"),
  payloadFormat: "2.0",
  identityHeaders: ["authorization"],
  cacheSeconds: 0,
};
const routes = [
  { routeKey: "POST /login", functionArn: arnOf("shop") },
  { routeKey: "GET /orders", functionArn: arnOf("shop"), authorizer },
  { routeKey: "ANY /any", functionArn: arnOf("shop"), authorizer },
];

const ok: Handler = () => ({
  result: {
    statusCode: 200,
    headers: { "x-own": "1", "Access-Control-Allow-Origin": elsewhere, "access-control-max-age": "1" },
    body: "ok",
  },
});
const refuse: Handler = () => ({ result: { isAuthorized: false } });

async function gateway(configured: CorsDescription | undefined) {
  const { functions, calls } = fakeFunctions({ shop: ok, authorizer: refuse });
  const { url, close } = await startGateway({
    routes,
    cors: configured,
    functions,
    port: 0,
    now: () => 0,
    otherwise: () => false,
  });
  onTestFinished(close);

  /** `[status, its CORS headers]`. */
  async function send(route: string, headers: Record<string, string> = {}) {
    const [method = "", path = ""] = route.split(" ");
    const answer = await fetch(url + path, { method, headers });
    await answer.body?.cancel();
    return [answer.status, corsHeaders(answer.headers)];
  }
  return { send, calls, url };
}

function corsHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));
}

const preflight = (origin: string) => ({ origin, "access-control-request-method": "GET" });

describe("a browser's preflight", () => {
  test.each(["/login", "/orders", "/nowhere"])(
    "of %s is answered by the gateway, from its configuration",
    async (path) => {
      const { send, calls } = await gateway(cors);
      expect(await send(`OPTIONS ${path}`, preflight(h5))).toEqual([
        204,
        {
          "access-control-allow-origin": h5,
          "access-control-allow-methods": "GET,POST",
          "access-control-allow-headers": "authorization,content-type",
          "access-control-max-age": "600",
        },
      ]);
      expect(calls).toEqual([]);
    },
  );

  test("of another site is answered without a word, which the browser takes for a no", async () => {
    const { send } = await gateway(cors);
    expect(await send("OPTIONS /login", preflight(elsewhere))).toEqual([204, {}]);
    expect(await send("OPTIONS /login", preflight(`${h5}.evil.example`))).toEqual([204, {}]);
  });

  test("of any site is answered with * where every site may", async () => {
    const { send } = await gateway({ ...cors, allowOrigins: ["*"] });
    expect(await send("OPTIONS /login", preflight(elsewhere))).toEqual([
      204,
      expect.objectContaining({ "access-control-allow-origin": "*" }),
    ]);
  });

  test("that meets a route goes the way of that route: to its authorizer, which refuses", async () => {
    const { send } = await gateway(cors);
    expect((await send("OPTIONS /any", preflight(h5)))[0]).toBe(401);
  });

  test.each<[string, Record<string, string>]>([
    ["an Origin", { "access-control-request-method": "GET" }],
    ["the method that is asked for", { origin: h5 }],
  ])("is none without %s, and not found", async (_what, headers) => {
    const { send } = await gateway(cors);
    expect((await send("OPTIONS /login", headers))[0]).toBe(404);
  });

  test("is not found where CORS is not configured", async () => {
    const { send } = await gateway(undefined);
    expect(await send("OPTIONS /login", preflight(h5))).toEqual([404, {}]);
  });
});

describe("an answer", () => {
  const readable = {
    "access-control-allow-origin": h5,
    "access-control-expose-headers": "retry-after,x-own",
  };

  test.each([
    [200, "POST /login", {}],
    [401, "GET /orders", {}],
    [403, "GET /orders", { authorization: "Bearer s" }],
    [404, "GET /nowhere", {}],
  ])("of %i (%s) may be read by the site, whoever gives it", async (status, route, headers) => {
    const { send } = await gateway(cors);
    expect(await send(route, { ...headers, origin: h5 })).toEqual([status, readable]);
  });

  test("says nothing to another site, nor to what is no browser, whatever the function says", async () => {
    const { send } = await gateway(cors);
    expect(await send("POST /login", { origin: elsewhere })).toEqual([200, {}]);
    expect(await send("POST /login")).toEqual([200, {}]);
  });

  test("keeps the function's other headers", async () => {
    const { url } = await gateway(cors);
    const answer = await fetch(`${url}/login`, { method: "POST", headers: { origin: h5 } });
    expect([await answer.text(), answer.headers.get("x-own")]).toEqual(["ok", "1"]);
  });

  test("is the function's own where CORS is not configured", async () => {
    const { send } = await gateway(undefined);
    expect(await send("POST /login", { origin: h5 })).toEqual([
      200,
      { "access-control-allow-origin": elsewhere, "access-control-max-age": "1" },
    ]);
    expect(await send("GET /orders", { origin: h5 })).toEqual([401, {}]);
  });
});

describe("the template", () => {
  async function assemblyOf(props: Partial<WeappLoginStackProps>) {
    const app = newApp();
    new WeappLoginStack(app, "WeappLogin", { appId, ...props });
    return readAssembly(app.synth().directory, "WeappLogin");
  }

  test("lets a page log in and read who it is, from the laptop as from API Gateway", async () => {
    const assembly = await assemblyOf({ cors: { allowOrigins: [h5] } });
    const { functions } = fakeFunctions({});
    const { url, close } = await startGateway({
      routes: assembly.routes,
      cors: assembly.cors,
      functions,
      port: 0,
      now: () => 0,
    });
    onTestFinished(close);
    for (const [path, method] of [
      ["/login", "POST"],
      ["/session", "GET"],
      ["/sessions/one", "DELETE"],
    ]) {
      const headers = { origin: h5, "access-control-request-method": String(method) };
      const { status, headers: answered } = await fetch(url + path, { method: "OPTIONS", headers });
      expect([path, status, answered.get("access-control-allow-origin")]).toEqual([path, 204, h5]);
      expect(answered.get("access-control-allow-methods")?.split(",")).toContain(method);
      expect(answered.get("access-control-allow-headers")?.split(",")).toEqual([
        "authorization",
        "content-type",
      ]);
    }
    const refused = await fetch(`${url}/session`, { headers: { origin: h5 } });
    expect([refused.status, corsHeaders(refused.headers)]).toEqual([
      401,
      {
        "access-control-allow-origin": h5,
        "access-control-expose-headers": "retry-after,date,apigw-requestid",
      },
    ]);
    expect(refused.headers.get("date")).not.toBeNull();
    expect(refused.headers.get("apigw-requestid")).not.toBeNull();
  });

  test("without cors configures none", async () => {
    expect((await assemblyOf({})).cors).toBeUndefined();
  });

  test("with something of CORS that the laptop does not know is refused by name", () => {
    expect(() => describeCors({ AllowOrigins: [h5], AllowCredentials: true })).toThrow("AllowCredentials");
  });
});

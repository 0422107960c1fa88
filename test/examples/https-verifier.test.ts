import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import { httpsVerifier } from "../../examples/https-verifier/verifier.ts";
import { serverForThisTest } from "../support/server.ts";

const credentials = { username: "张三", password: "pass word\u00e9" };

/** A user service on loopback: plain HTTP here, because TLS is fetch's own affair. */
async function userService(answer: RequestListener): Promise<string> {
  return `${await serverForThisTest(answer)}/verify`;
}

test("sends username and password as they are, and passes the id on", async () => {
  let seen = {};
  const url = await userService(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    seen = { method: request.method, authorization: request.headers.authorization, body: JSON.parse(body) };
    response.end('{"id":"u_1"}');
  });
  expect(await httpsVerifier({ url, authorization: "Bearer of the service" })(credentials)).toEqual({
    userId: "u_1",
  });
  expect(seen).toEqual({ method: "POST", authorization: "Bearer of the service", body: credentials });
});

test.each([
  [401, "invalid_credentials"],
  [403, "account_disabled"],
])("%i is a verdict", async (status, refused) => {
  const url = await userService((_, response) => response.writeHead(status).end());
  expect(await httpsVerifier({ url, authorization: "" })(credentials)).toEqual({ refused });
});

test.each([
  [200, { id: "u_1", name: "zhang" }, { userId: "u_1", countAs: "zhang" }],
  [401, { name: "zhang" }, { refused: "invalid_credentials", countAs: "zhang" }],
  [403, { name: "zhang" }, { refused: "account_disabled", countAs: "zhang" }],
  [401, { name: 7 }, { refused: "invalid_credentials" }],
])("%i may say the name that it counts as: %j", async (status, body, verdict) => {
  const url = await userService((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  expect(await httpsVerifier({ url, authorization: "" })(credentials)).toEqual(verdict);
});

test.each<[string, RequestListener]>([
  ["500", (_, response) => response.writeHead(500).end(JSON.stringify(credentials))],
  ["a redirect", (_, response) => response.writeHead(307, { location: "/elsewhere" }).end()],
  ["no id", (_, response) => response.end("{}")],
  ["no JSON", (_, response) => response.end("<html>")],
  ["a lost connection", (request) => request.socket.destroy()],
])("%s is an outage, thrown without what was typed", async (_, answer) => {
  const url = await userService(answer);
  const thrown = await httpsVerifier({ url, authorization: "" })(credentials).catch(
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Error);
  expect(String(thrown)).not.toContain(credentials.password);
});

test("an answer that does not come is an outage", async () => {
  const url = await userService(() => {});
  await expect(httpsVerifier({ url, authorization: "", timeoutMs: 20 })(credentials)).rejects.toThrow(
    /timeout/i,
  );
});

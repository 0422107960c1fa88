import { request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { WeChatSimulator } from "../../simulator/simulator.ts";
import { exchangePath, simulate } from "../support/simulator.ts";

const json = "application/json";

/** One request with exactly these headers, of which fetch would not let some be said. */
async function send(
  simulator: WeChatSimulator,
  [method, path]: [method: string, path: string],
  headers: Readonly<Record<string, string>>,
) {
  const outgoing = request(simulator.url + path, { method, headers });
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  outgoing.once("error", reject);
  outgoing.once("response", async (response) => {
    resolve({ status: response.statusCode ?? 0, body: await text(response) });
  });
  outgoing.end(method === "POST" ? '{"user":"alice"}' : undefined);
  return await promise;
}

const login: [string, string] = ["POST", "/_sim/login"];
const requests: [string, string] = ["GET", "/_sim/requests"];

describe("the controls are refused to", () => {
  test.each([
    ["a page of another origin", login, { origin: "https://example.com", "content-type": json }, 403],
    [
      "its form or its fetch without preflight",
      login,
      { origin: "https://example.com", "content-type": "text/plain" },
      403,
    ],
    ["a page that has no origin to speak of", login, { origin: "null", "content-type": json }, 403],
    [
      "a page at another port of this machine",
      login,
      { origin: "http://localhost:8080", "content-type": json },
      403,
    ],
    [
      "a page that nobody keeps from hiding its origin",
      login,
      { "sec-fetch-site": "cross-site", referer: "https://example.com/", "content-type": json },
      403,
    ],
    ["a name that was pointed here", login, { host: "example.com", "content-type": json }, 403],
    [
      "a name that was pointed here, with its own origin",
      login,
      { host: "a.test", origin: "http://a.test" },
      403,
    ],
    ["a name that begins like a local one", login, { host: "localhost.example.com" }, 403],
    ["a name that was pointed here, for reading", requests, { host: "example.com" }, 403],
    ["a page of another origin, for reading", requests, { origin: "https://example.com" }, 403],
  ])("%s", async (_who, what, headers, status) => {
    const { simulator } = await simulate();
    const answer = await send(simulator, what, headers);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({ error: expect.stringMatching(/\.$/) });
  });

  test("text/plain from a page of its own origin, which a form could send", async () => {
    const { simulator } = await simulate();
    const host = `localhost:${simulator.port}`;
    const headers = { host, origin: `http://${host}`, "content-type": "text/plain" };
    expect((await send(simulator, login, headers)).status).toBe(415);
  });
});

describe("the controls are there for", () => {
  test.each([
    ["curl", { "content-type": "application/x-www-form-urlencoded" }],
    ["a program that says no type", {}],
    [
      "a mini-program in WeChat's IDE",
      {
        "sec-fetch-site": "cross-site",
        referer: "https://servicewechat.com/wx0123456789abcdef/devtools/page-frame.html",
        "content-type": json,
      },
    ],
    ["fetch in Node.js, which calls a string text/plain", { "content-type": "text/plain;charset=UTF-8" }],
  ])("%s", async (_who, headers) => {
    const { simulator } = await simulate();
    expect((await send(simulator, login, headers)).status).toBe(200);
  });

  test.each(["localhost", "127.0.0.1", "[::1]"])("a page of their own at %s", async (name) => {
    const { simulator } = await simulate();
    const host = `${name}:${simulator.port}`;
    const headers = { host, origin: `http://${host}`, "content-type": json };
    expect((await send(simulator, login, headers)).status).toBe(200);
  });
});

test("WeChat's own calls answer under any name, as the functions may use one", async () => {
  const { simulator } = await simulate();
  const answer = await send(simulator, ["GET", exchangePath("made-up")], { host: "wechat.test" });
  expect(JSON.parse(answer.body)).toMatchObject({ errcode: 40029 });
});

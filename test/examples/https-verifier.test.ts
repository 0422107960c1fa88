import type { RequestListener } from "node:http";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, test } from "vitest";
import { storedAuthorization } from "../../examples/https-verifier/authorization.ts";
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
  expect(
    await httpsVerifier({ url, authorization: async () => "Bearer of the service" })(credentials),
  ).toEqual({
    userId: "u_1",
  });
  expect(seen).toEqual({ method: "POST", authorization: "Bearer of the service", body: credentials });
});

test.each([
  [401, "invalid_credentials"],
  [403, "account_disabled"],
])("%i is a verdict", async (status, refused) => {
  const url = await userService((_, response) => response.writeHead(status).end());
  expect(await httpsVerifier({ url, authorization: async () => "" })(credentials)).toEqual({ refused });
});

test.each([
  [200, { id: "u_1", name: "zhang" }, { userId: "u_1", countAs: "zhang" }],
  [401, { name: "zhang" }, { refused: "invalid_credentials", countAs: "zhang" }],
  [403, { name: "zhang" }, { refused: "account_disabled", countAs: "zhang" }],
  [401, { name: 7 }, { refused: "invalid_credentials" }],
])("%i may say the name that it counts as: %j", async (status, body, verdict) => {
  const url = await userService((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  expect(await httpsVerifier({ url, authorization: async () => "" })(credentials)).toEqual(verdict);
});

test.each<[string, RequestListener]>([
  ["500", (_, response) => response.writeHead(500).end(JSON.stringify(credentials))],
  ["a redirect", (_, response) => response.writeHead(307, { location: "/elsewhere" }).end()],
  ["no id", (_, response) => response.end("{}")],
  ["no JSON", (_, response) => response.end("<html>")],
  ["a lost connection", (request) => request.socket.destroy()],
])("%s is an outage, thrown without what was typed", async (_, answer) => {
  const url = await userService(answer);
  const thrown = await httpsVerifier({ url, authorization: async () => "" })(credentials).catch(
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Error);
  expect(String(thrown)).not.toContain(credentials.password);
});

test("an answer that does not come is an outage", async () => {
  const url = await userService(() => {});
  await expect(
    httpsVerifier({ url, authorization: async () => "", timeoutMs: 20 })(credentials),
  ).rejects.toThrow(/timeout/i);
});

describe("its credential", () => {
  /** Secrets Manager with these answers, one after the other. */
  function secrets(...answers: (string | Error | undefined)[]) {
    const asked: unknown[] = [];
    const send = async ({ input }: { input: unknown }) => {
      asked.push(input);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return { SecretString: answer, $metadata: {} };
    };
    return { client: { send } as Pick<SecretsManagerClient, "send">, asked };
  }

  test("is read once for many calls, and again after five minutes", async () => {
    let now = 0;
    const { client, asked } = secrets("Bearer one\n", "Bearer two");
    const authorization = storedAuthorization(client, "the-secret", () => now);
    expect(await Promise.all([authorization(), authorization()])).toEqual(["Bearer one", "Bearer one"]);
    now = 299_999;
    expect(await authorization()).toBe("Bearer one");
    now = 300_000;
    expect(await authorization()).toBe("Bearer two");
    expect(asked).toEqual([{ SecretId: "the-secret" }, { SecretId: "the-secret" }]);
  });

  test.each([new Error("AccessDenied"), undefined])(
    "that cannot be read is asked for again: %s",
    async (failure) => {
      const { client } = secrets(failure, "Bearer one");
      const authorization = storedAuthorization(client, "the-secret", () => 0);
      await expect(authorization()).rejects.toThrow(failure?.message ?? "is empty");
      expect(await authorization()).toBe("Bearer one");
    },
  );
});

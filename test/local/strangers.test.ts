import { stat } from "node:fs/promises";
import { request } from "node:http";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { FunctionDescription } from "../../local/assembly.ts";
import type { Laptop } from "../../local/laptop.ts";
import type { Credentials } from "../../local/operator-key.ts";
import { sample } from "../../local/sample.ts";
import { refusal } from "../support/aws.ts";
import { signed } from "../support/signed.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

/** Who is on a developer's machine besides the developer: other users, other programs, pages in the browser. */
let stack: StackOnLaptop;
let laptop: Laptop;
beforeAll(async () => {
  stack = await startStackOnLaptop();
  laptop = stack.laptop;
});
afterAll(() => stack.close());

const region = "us-east-1";

function clients(credentials: Credentials) {
  const settings = { endpoint: laptop.awsUrl, region, credentials, maxAttempts: 1 };
  const all = {
    tables: new DynamoDBClient(settings),
    secrets: new SecretsManagerClient(settings),
    lambda: new LambdaClient(settings),
    stacks: new CloudFormationClient(settings),
  };
  onTestFinished(() => {
    for (const client of Object.values(all)) client.destroy();
  });
  const invoke = (FunctionName: string) =>
    all.lambda.send(new InvokeCommand({ FunctionName, Payload: '{"action":"deployment.check"}' }));
  return {
    "reading a table": () =>
      all.tables.send(new ScanCommand({ TableName: laptop.tableName("BINDINGS_TABLE") })),
    "reading the AppSecret": () =>
      all.secrets.send(new GetSecretValueCommand({ SecretId: laptop.assembly.secrets[0]?.arn })),
    "invoking the verifier": () => invoke(labelled("verifier").name),
    "invoking the login function": () => invoke(labelled("login").name),
    "invoking the admin function": () => invoke(labelled("admin").name),
    "describing the stack": () => all.stacks.send(new DescribeStacksCommand({ StackName: "WeappLogin" })),
  };
}

type Deed = keyof ReturnType<typeof clients>;
const deeds: Deed[] = [
  "reading a table",
  "reading the AppSecret",
  "invoking the verifier",
  "invoking the login function",
  "invoking the admin function",
  "describing the stack",
];

function labelled(label: string): FunctionDescription {
  const found = laptop.assembly.functions.find((fn) => fn.label === label);
  if (!found) throw new Error(`There is no function ${label}.`);
  return found;
}

/** Of what `fetch` does not let be chosen. */
function status(url: string, method: string, headers: Record<string, string>, body = ""): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(url, { method, headers }, (response) => {
    response.resume().on("end", () => resolve(response.statusCode ?? 0));
  });
  sent.on("error", reject).end(body);
  return promise;
}

describe("the operator's key", () => {
  test.each(deeds)("%s: what operators do, and no more", async (deed) => {
    const done = clients(laptop.operator)[deed]();
    if (deed === "invoking the admin function" || deed === "describing the stack") await done;
    else expect((await refusal(done)).name).toMatch(/^AccessDenied/);
  });

  test.each(deeds)("%s is not for whoever knows how a key used to look", async (deed) => {
    const constant = { accessKeyId: "LAPTOPOPERATOR", secretAccessKey: "laptop" };
    expect((await refusal(clients(constant)[deed]())).name).toMatch(
      /UnrecognizedClient|InvalidClientTokenId/,
    );
  });

  test.each(deeds)("%s is not for whoever has seen its id and not its secret", async (deed) => {
    const guessed = { ...laptop.operator, secretAccessKey: "laptop" };
    expect((await refusal(clients(guessed)[deed]())).name).toMatch(/InvalidSignature|SignatureDoesNotMatch/);
  });

  test("is in a file that only its owner can read, and gone when the local stack ends", async () => {
    const other = await startStackOnLaptop();
    const port = new URL(other.laptop.awsUrl).port;
    const file = new URL(`../../node_modules/.cache/weapp-login/operators/${port}.json`, import.meta.url);
    const { mode, uid } = await stat(file);
    expect(mode & 0o777).toBe(0o600);
    expect(uid).toBe(process.getuid?.());
    expect(other.laptop.operator).not.toEqual(laptop.operator);
    await other.close();
    await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a page of another site", () => {
  const body = JSON.stringify({ code: "a", username: sample.username, password: sample.password });
  const json = { "content-type": "application/json" };

  test.each([
    ["under a name of its own", { host: "evil.example:3000" }],
    ["across origins", { origin: "https://evil.example" }],
    ["at another port of this machine", { origin: "http://localhost:1" }],
    ["without an origin to show", { origin: "null" }],
    ["that nobody keeps from hiding its origin", { "sec-fetch-site": "cross-site" }],
  ])("%s calls neither the API nor AWS", async (_what, headers) => {
    const api = laptop.url;
    expect(await status(`${api}/login`, "POST", { ...json, ...headers }, body)).toBe(403);
    expect(await status(`${api}/login`, "OPTIONS", { ...headers })).toBe(403);
    expect(await status(`${api}/`, "GET", { ...headers })).toBe(403);
    const target = { "x-amz-target": "secretsmanager.GetSecretValue" };
    const stolen = signed(`${laptop.awsUrl}/`, target, "{}", { ...laptop.operator });
    expect(await status(laptop.awsUrl, "POST", { ...stolen, ...headers }, "{}")).toBe(403);
  });

  test("nor does a page of the local stack's own call AWS", async () => {
    expect(await status(laptop.awsUrl, "POST", { origin: laptop.url }, "{}")).toBe(403);
    expect(await status(laptop.awsUrl, "POST", { origin: laptop.awsUrl }, "{}")).toBe(403);
  });

  test("whoever is no page is answered", async () => {
    expect(await status(`${laptop.url}/session`, "GET", {})).toBe(401);
    const ide = {
      "sec-fetch-site": "cross-site",
      referer: "https://servicewechat.com/wx1/devtools/page-frame.html",
    };
    expect(await status(`${laptop.url}/session`, "GET", ide)).toBe(401);
    expect(await status(`${laptop.url}/session`, "GET", { origin: laptop.url })).toBe(401);
  });
});

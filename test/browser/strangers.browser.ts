import { once } from "node:events";
import { createServer } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { startChromium } from "../../scripts/chromium.ts";
import { scan } from "../support/stack-on-laptop.ts";
import { type StackWithPlayground, startStackWithPlayground } from "../support/stack-with-playground.ts";

/** A name of somebody else's that leads to this machine, as DNS rebinding makes one. */
const elsewhere = "evil.example";
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Prizes</title>");
});

let stack: StackWithPlayground;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  stack = await startStackWithPlayground();
  // Nothing of what Chromium itself would keep such a page from.
  browser = await startChromium(
    "--disable-web-security",
    "--disable-features=BlockInsecurePrivateNetworkRequests,LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights",
    `--host-resolver-rules=MAP ${elsewhere} 127.0.0.1`,
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  await browser?.close();
  await stack?.close();
  server.close();
});
beforeEach(async () => {
  page = await browser.newPage();
  onTestFinished(() => page.close());
});

interface Attempt {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What the page of a stranger hears, for each attempt. */
function attempted(attempts: readonly Attempt[]): Promise<string[]> {
  return page.evaluate(async (attempts) => {
    const heard: string[] = [];
    for (const { url, ...options } of attempts) {
      for (const mode of ["cors", "no-cors"] as const) {
        try {
          const ending = AbortSignal.timeout(3_000);
          const response = await fetch(url, { ...options, mode, signal: ending });
          heard.push(`${response.status} ${await response.text()}`);
        } catch (error) {
          heard.push(String(error));
        }
      }
    }
    return heard;
  }, attempts);
}

interface Ports {
  readonly api: string;
  readonly aws: string;
  readonly weChat: string;
}

/** What somebody would try at the laptop's ports, with everything but the keys in hand. */
function attempts({ api, aws, weChat }: Ports, code: string): Attempt[] {
  const json = { "content-type": "application/json" };
  const { username, password } = sample;
  const [secret] = stack.laptop.assembly.secrets;
  const TableName = stack.laptop.tableName("ACCOUNTS_TABLE");
  const admin = stack.laptop.assembly.outputs.AdminFunctionName;
  const authorization = `AWS4-HMAC-SHA256 Credential=LAPTOPOPERATOR/20260301/us-east-1/x/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`;
  const operation = (target: string, input: object) => ({
    url: aws,
    method: "POST",
    headers: { "x-amz-target": target, authorization },
    body: JSON.stringify(input),
  });
  const login = JSON.stringify({ code, username, password });
  return [
    { url: `${api}/_playground/state` },
    { url: `${api}/_playground/playground.js` },
    { url: `${api}/_playground/account`, method: "POST", headers: json, body: '{"disabled":true}' },
    { url: `${api}/_playground/account`, method: "POST", body: '{"disabled":true}' },
    { url: `${api}/_playground/wx-login`, method: "POST", headers: json, body: '{"user":"alice"}' },
    { url: `${api}/login`, method: "POST", headers: json, body: login },
    { url: `${api}/login`, method: "POST", body: login },
    { url: `${weChat}/_sim/login`, method: "POST", headers: json, body: '{"user":"alice"}' },
    { url: `${weChat}/_sim/login`, method: "POST", body: '{"user":"alice"}' },
    { url: `${weChat}/_sim/requests` },
    { url: `${weChat}/_sim/clock`, method: "POST", body: '{"forwardSeconds":3600}' },
    operation("secretsmanager.GetSecretValue", { SecretId: secret?.arn }),
    operation("secretsmanager.PutSecretValue", { SecretId: secret?.arn, SecretString: "stolen" }),
    operation("DynamoDB_20120810.Scan", { TableName }),
    operation("DynamoDB_20120810.DeleteTable", { TableName }),
    {
      url: `${aws}/2015-03-31/functions/${admin}/invocations`,
      method: "POST",
      headers: { authorization },
      body: JSON.stringify({ action: "accounts.disable", account: username }),
    },
  ];
}

function portsUnder(name: string): Ports {
  const { laptop, simulator } = stack;
  const under = (url: string) => `http://${name}:${new URL(url).port}`;
  return { api: under(laptop.url), aws: under(laptop.awsUrl), weChat: under(simulator.url) };
}

/** Fails if anything that was heard holds what is nobody's business, or if anything is not as it was before. */
async function expectNothingDone(act: () => Promise<string[]>): Promise<void> {
  const tables = ["bindings", "sessions", "attempts", "accounts"];
  const state = async () => ({
    rows: await Promise.all(tables.map((table) => scan(stack.laptop, table))),
    secrets: await stack.laptop.secretsManager.call("GetSecretValue", {
      SecretId: stack.laptop.assembly.secrets[0]?.arn,
    }),
    exchanges: stack.simulator.exchanges,
    ahead: stack.simulator.now - Date.now() > 60_000,
  });
  const before = await state();
  const heard = await act();
  expect(heard.length).toBeGreaterThan(0);
  for (const said of heard) {
    expect(said).not.toMatch(
      /sessionId|bindTicket|passwordHash|SecretString|"code":"[\w-]{20,}|u_zhangsan|<script/,
    );
    expect(said).not.toContain(sample.appSecret);
    expect(said).toMatch(/^(403 \{\s*"(message|error)": ?"|0 $|TypeError|TimeoutError)/);
  }
  expect(await state()).toEqual(before);
}

describe("a page of another site, in a browser that keeps it from nothing", () => {
  const code = () => stack.simulator.login("alice");

  test("reads nothing and changes nothing across origins", async () => {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await page.goto(`http://${elsewhere}:${port}/`);
    for (const name of ["localhost", "127.0.0.1"]) {
      await expectNothingDone(() => attempted(attempts(portsUnder(name), code())));
    }
  });

  test("nor under a name of its own that leads here, from a page of that very origin", async () => {
    const ports = portsUnder(elsewhere);
    for (const origin of Object.values(ports)) {
      // What its own server answered before the name led here.
      await page.route(`${origin}/prizes`, (route) =>
        route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Prizes</title>" }),
      );
      await page.goto(`${origin}/prizes`);
      await expectNothingDone(() => attempted(attempts(ports, code())));
    }
  });

  test("while the laptop's own page goes on", async () => {
    await page.goto(`${stack.laptop.url}/#${stack.key}`);
    await page.getByText("zhangsan").first().waitFor();
  });
});

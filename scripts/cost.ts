import { readFile, writeFile } from "node:fs/promises";
import { table } from "./table.ts";
import { readUnits, totals, type Units } from "./units.ts";

const gateway = "https://aws.amazon.com/api-gateway/pricing/";
const lambda = "https://aws.amazon.com/lambda/pricing/";
const dynamoDb = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const cloudWatch = "https://aws.amazon.com/cloudwatch/pricing/";
const secretsManager = "https://aws.amazon.com/secrets-manager/pricing/";

/** List prices of us-east-1 in dollars, without free tiers, volume tiers and taxes. */
const prices = {
  requests: { dollars: 1, per: "million HTTP API requests", source: gateway },
  invocations: { dollars: 0.2, per: "million Lambda invocations", source: lambda },
  gbSeconds: { dollars: 13.3334, per: "million GB-seconds of Lambda on arm64", source: lambda },
  rru: { dollars: 0.125, per: "million DynamoDB read request units", source: dynamoDb },
  wru: { dollars: 0.625, per: "million DynamoDB write request units", source: dynamoDb },
  logGb: { dollars: 0.5, per: "GB of logs ingested", source: cloudWatch },
  metric: { dollars: 0.3, per: "custom metric and month", source: cloudWatch },
  alarm: { dollars: 0.1, per: "metric that an alarm looks at, and month", source: cloudWatch },
  dashboard: { dollars: 3, per: "dashboard and month", source: cloudWatch },
  secret: { dollars: 0.4, per: "secret and month", source: secretsManager },
};
const pricesAsOf = "2026-11-22";

/** What nobody has counted. */
const assumed = {
  weChatMs: 40,
  callMs: 5,
  passwordMs: 50,
  ownMs: 10,
  kbOfEachFunction: 0.4,
  kbOfGateway: 0.2,
};
const memoryGb: Readonly<Record<string, number>> = { verifier: 1.73 };
const usualMemoryGb = 0.25;

/** How often, per daily user and day. */
const perDay = { "silent login": 1.2, "first login by code": 0.02, authorize: 20 };
const daysPerMonth = 30;

/** What costs the same however many people come, by the month. */
export const fixed = { metric: 11, alarm: 33, dashboard: 1, secret: 1 };

/** Dollars, by what they are paid for. */
type Bill = Readonly<Record<string, number>>;

/** Of a million times this operation; of its functions alone where the gateway's request is paid for anyway. */
export function billPerMillion(functions: Units[string], throughGateway = true): Bill {
  const { rru, wru } = totals(functions);
  const names = Object.keys(functions);
  const gbMs = names.reduce((total, name) => total + memoryOf(name) * milliseconds(name, functions), 0);
  const kb = names.length * assumed.kbOfEachFunction + (throughGateway ? assumed.kbOfGateway : 0);
  return {
    "API Gateway": throughGateway ? prices.requests.dollars : 0,
    "Lambda, requests": names.length * prices.invocations.dollars,
    "Lambda, time": (gbMs / 1_000) * prices.gbSeconds.dollars,
    "DynamoDB, reads": rru * prices.rru.dollars,
    "DynamoDB, writes": wru * prices.wru.dollars,
    Logs: kb * prices.logGb.dollars,
  };
}

/** A month of so many daily users, the gateway's part of their authorized requests included. */
export function billOfMonth(dailyUsers: number, units: Units): Bill {
  const bill: Record<string, number> = {};
  for (const [name, often] of Object.entries(perDay)) {
    const millions = (dailyUsers * daysPerMonth * often) / 1_000_000;
    for (const [what, dollars] of Object.entries(billPerMillion(operation(units, name)))) {
      bill[what] = (bill[what] ?? 0) + millions * dollars;
    }
  }
  const things = Object.entries(fixed) as [keyof typeof fixed, number][];
  return { ...bill, Fixed: sum(things.map(([name, count]) => count * prices[name].dollars)) };
}

/** Of one invocation: it waits for one step after the other, and for the verifier as long as that takes. */
function milliseconds(name: string, functions: Units[string]): number {
  const waits = Object.values(functions[name]?.steps ?? {}).map((step) => {
    if (step.includes("wechat:")) return assumed.weChatMs;
    return step.includes("lambda:Invoke") ? milliseconds("verifier", functions) : assumed.callMs;
  });
  return sum(waits) + assumed.ownMs + (name === "verifier" ? assumed.passwordMs : 0);
}

function memoryOf(name: string): number {
  return memoryGb[name] ?? usualMemoryGb;
}

function operation(units: Units, name: string): Units[string] {
  const found = units[name];
  if (!found) throw new Error(`Nobody counts ${name}: see test/support/counting/operations.ts.`);
  return found;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The generated part of docs/cost.md. */
function costTables(units: Units): string {
  const columns: Record<string, Bill> = {
    "silent login": billPerMillion(operation(units, "silent login")),
    "first login": billPerMillion(operation(units, "first login by code")),
    "first login without passwords": billPerMillion(operation(units, "first login without passwords")),
    "silent login, session_key kept": billPerMillion(
      operation(units, "silent login, with session_keys kept"),
    ),
    "log out everywhere": billPerMillion(operation(units, "log out everywhere, 1 session")),
    "authorization (added)": billPerMillion(operation(units, "authorize"), false),
  };
  const month = (users: number): [string, Bill] => [users.toLocaleString("en-US"), billOfMonth(users, units)];
  return `\`\`\`text
dollars per million = ${prices.requests.dollars.toFixed(2)} · requests at the gateway
                    + ${prices.invocations.dollars.toFixed(2)} · invocations + ${prices.gbSeconds.dollars} · GB · seconds
                    + ${prices.rru.dollars} · read units + ${prices.wru.dollars} · write units
                    + ${prices.logGb.dollars.toFixed(2)} · KB of logs

seconds = ${assumed.weChatMs} ms for WeChat, ${assumed.callMs} ms for each other step, ${assumed.ownMs} ms of its own, ${assumed.passwordMs} ms for a password
GB      = ${memoryOf("login")}, the verifier's ${memoryOf("verifier")}
logs    = ${assumed.kbOfEachFunction} KB of each function, ${assumed.kbOfGateway} KB of the gateway
\`\`\`

## Per million

${billTable("dollars per million", columns)}

## Per month

For each daily user and day: ${Object.entries(perDay)
    .map(([name, often]) => `${often} × ${name}`)
    .join(", ")}.

${billTable("dollars per month, daily users", Object.fromEntries([10_000, 100_000].map(month)))}

Fixed are ${fixed.metric} custom metrics, ${fixed.alarm} alarmed metrics, ${fixed.dashboard} dashboard and ${fixed.secret} secret.

## What was counted

${table(
  ["operation", "functions", "steps", "read units", "write units"],
  Object.entries(units).map(([name, functions]) => {
    const { steps, rru, wru } = totals(functions);
    return [name, Object.keys(functions).join(" + "), String(steps), String(rru), String(wru)];
  }),
)}

## Prices

List prices of us-east-1, as of ${pricesAsOf}, without free tiers and discounts.

${table(
  ["per", "dollars", "source"],
  Object.values(prices).map(({ dollars, per, source }) => [per, String(dollars), source]),
)}`;
}

function billTable(head: string, bills: Readonly<Record<string, Bill>>): string {
  const all = Object.values(bills);
  const row = (name: string, of: (bill: Bill) => number) => [name, ...all.map((bill) => of(bill).toFixed(2))];
  const names = Object.keys(all[0] ?? {});
  return table(
    [head, ...Object.keys(bills)],
    [
      ...names.map((name) => row(name, (bill) => bill[name] ?? 0)),
      row("**total**", (bill) => sum(Object.values(bill))),
    ],
  );
}

export const costDocument = new URL("../docs/cost.md", import.meta.url);

/** docs/cost.md with its generated part renewed. */
export async function costText(): Promise<string> {
  const tables = costTables(await readUnits());
  const text = await readFile(costDocument, "utf8");
  const generated = /(?<=<!-- begin tables -->\n)[\s\S]*(?=<!-- end tables -->)/;
  if (!generated.test(text)) throw new Error("docs/cost.md has no place for its tables.");
  return text.replace(generated, () => `${tables}\n`);
}

if (import.meta.main) await writeFile(costDocument, await costText());

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { identityKey } from "../../functions/core/identity.ts";
import { appSecretPlaceholder } from "../../functions/environment.ts";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { sample, setAppSecrets } from "../../local/sample.ts";
import { codeHash } from "../../local/wechat/request-log.ts";
import type { Trouble } from "../../local/wechat/trouble.ts";
import { type Answer, addAccount, type StackOnLaptop, scan, startStackOnLaptop } from "./stack-on-laptop.ts";

const { username, password, userId } = sample;
const lisi = { username: "lisi", password: "another password", userId: "u_lisi" };

/** The SDK waits between two tries for a random part of up to two seconds; without chance these tests need not. */
const withoutChance = "Math.random=()=>0";
const withClockOffBy = (milliseconds: number) =>
  `${withoutChance};{const{now}=Date;Date.now=()=>now()+${milliseconds}}`;
/** Read whenever an instance starts. */
const environment: Record<string, string> = {
  ATTEMPTS_PER_IDENTITY: "1000",
  ATTEMPTS_PER_USERNAME: "1000",
  ATTEMPTS_PER_SOURCE_IP: "1000",
};
const instancesRun = (script: string) => {
  environment.NODE_OPTIONS = `--import=data:text/javascript,${script}`;
};

let stack: StackOnLaptop;
/** What AWS does to the calls to come. */
let aws: (call: InterceptedCall) => Fault | undefined | Promise<Fault | undefined>;
/** The calls to AWS since the test began. */
const calls: InterceptedCall[] = [];

beforeAll(async () => {
  instancesRun(withoutChance);
  stack = await startStackOnLaptop({
    environment,
    intercept(call) {
      calls.push(call);
      return aws(call);
    },
  });
  await addAccount(stack.laptop, lisi);
});
afterAll(() => stack.close());
beforeEach(() => {
  aws = () => undefined;
  calls.length = 0;
  stack.simulator.clearTrouble();
});

let people = 0;
/** Somebody that neither WeChat nor this product has seen before. */
const stranger = () => `person ${people++}`;
const code = (person: string) => stack.simulator.login(person);
const logIn = (person: string) => stack.login({ code: code(person) });
const firstLogin = (person: string) => stack.login({ code: code(person), username, password });

/** Somebody who is bound, and has a session. */
async function regular() {
  const person = stranger();
  const { body } = await firstLogin(person);
  return { person, session: String(body.sessionId), expiresAt: String(body.expiresAt) };
}

const bindings = () => scan(stack.laptop, "Bindings");
const sessions = () => scan(stack.laptop, "Sessions");
/** Bindings and sessions exactly as they are kept. */
const tables = async () => ({ bindings: await bindings(), sessions: await sessions() });

const keyOf = (person: string) => {
  const [{ appid: appId = "", openid = "" } = {}] = stack.simulator.user(person).identities;
  return Buffer.from(identityKey({ appId, openid })).toString("base64");
};
const sessionsOf = async (person: string) =>
  (await sessions()).filter(({ identity }) => identity?.B === keyOf(person));

/** Who is bound to what, as the identities say it and as the accounts do: a whole binding is in both. */
async function boundPairs() {
  const items = await bindings();
  const isAccount = (key = "") => Buffer.from(key, "base64").length === 32;
  const byIdentity = items
    .filter(({ key, userId }) => !isAccount(key?.B) && userId !== undefined)
    .map(({ key, userId }) => `${key?.B} ${userId?.S}`);
  const byAccount = items
    .filter(({ key }) => isAccount(key?.B))
    .flatMap((item) =>
      (item[`identities:${sample.appId}`]?.BS ?? []).map((key) => `${key} ${item.userId?.S}`),
    );
  return { byIdentity: byIdentity.sort(), byAccount: byAccount.sort() };
}

async function expectWholeBindings() {
  const { byIdentity, byAccount } = await boundPairs();
  expect(byIdentity).toEqual(byAccount);
}

const refusal = (status: number, code: string, action: string) => ({ status, body: { status, code, action } });

/** Calls of one operation on one table. */
const on = (operation: string, table: string) => (call: InterceptedCall) =>
  call.action === `dynamodb:${operation}` &&
  call.resources.some((arn) => arn.endsWith(`/${stack.laptop.tableName(table)}`));
const isSecretsManager = ({ action }: InterceptedCall) => action.startsWith("secretsmanager:");

const error = (type: string, status = 400): Fault => ({ kind: "error", type, message: "Trouble", status });
const outages: [what: string, fault: Fault][] = [
  ["throttles", error("ProvisionedThroughputExceededException")],
  ["answers 500", error("InternalServerError", 500)],
  ["is not to be reached", { kind: "drop" }],
];

describe("WeChat", () => {
  test.each<[fault: string, trouble: Trouble, status: number, code: string, action: string]>([
    ["answers 500", { status: 500 }, 503, "wechat_unavailable", "new_code"],
    ["answers 502", { status: 502 }, 503, "wechat_unavailable", "new_code"],
    ["redirects", { status: 302 }, 503, "wechat_unavailable", "new_code"],
    ["answers HTML", { body: "html" }, 503, "wechat_unavailable", "new_code"],
    ["answers truncated JSON", { body: "truncated" }, 503, "wechat_unavailable", "new_code"],
    ["answers over 64 KiB", { body: "oversize" }, 503, "wechat_unavailable", "new_code"],
    ["answers 200 without openid", { body: "no_openid" }, 503, "wechat_unavailable", "new_code"],
    ["hangs up before its answer", { drop: "before" }, 503, "wechat_unavailable", "new_code"],
    ["hangs up within its answer", { drop: "after" }, 503, "wechat_unavailable", "new_code"],
    ["says -1, busy", { errcode: -1 }, 503, "wechat_busy", "new_code"],
    ["says 45011, too often", { errcode: 45011 }, 429, "rate_limited", "wait"],
    ["says 40029, invalid code", { errcode: 40029 }, 401, "invalid_code", "new_code"],
    ["says 40163, used code", { errcode: 40163 }, 401, "invalid_code", "new_code"],
    ["says 40226, risky user", { errcode: 40226 }, 403, "wechat_user_blocked", "contact_support"],
    ["says what nobody knows", { errcode: 99999 }, 503, "wechat_unavailable", "new_code"],
  ])("%s", async (_, trouble, status, code, action) => {
    const { person } = await regular();
    const before = await tables();
    stack.simulator.trouble(trouble);
    for (const answer of [await logIn(person), await logIn(stranger()), await firstLogin(stranger())]) {
      expect(answer).toMatchObject(refusal(status, code, action));
      expect(answer.headers.get("retry-after")).toBe(status === 429 ? "60" : null);
    }
    expect(await tables()).toEqual(before);
  });

  test("sends valid JSON as another content type: normal", async () => {
    const { person } = await regular();
    stack.simulator.trouble({ contentType: "text/html" });
    expect((await logIn(person)).status).toBe(200);
    expect((await firstLogin(stranger())).status).toBe(200);
  });
});

/** A login that is ready to go, once whatever comes before it has gone well. */
type Flow = () => Promise<{ person: string; go: () => Promise<Answer> }>;
const flows = {
  "a silent login": async () => {
    const { person } = await regular();
    return { person, go: () => logIn(person) };
  },
  "a stranger's login": async () => {
    const person = stranger();
    return { person, go: () => logIn(person) };
  },
  "a first login": async () => {
    const person = stranger();
    return { person, go: () => firstLogin(person) };
  },
  "a login with a ticket": async () => {
    const person = stranger();
    const { bindTicket } = (await logIn(person)).body;
    return { person, go: () => stack.login({ bindTicket, username, password }) };
  },
} satisfies Record<string, Flow>;

/** Everything that logins ask of DynamoDB; `bound`: by then the binding is made. */
const steps: [
  flow: keyof typeof flows,
  step: string,
  operation: string,
  table: string,
  more?: { gives?: "back"; bound?: true },
][] = [
  ["a silent login", "reads the binding", "GetItem", "BINDINGS_TABLE"],
  ["a silent login", "writes the session", "PutItem", "SESSIONS_TABLE"],
  ["a stranger's login", "issues the ticket", "PutItem", "ATTEMPTS_TABLE"],
  ["a first login", "charges the attempt", "UpdateItem", "ATTEMPTS_TABLE"],
  ["a first login", "reads the account", "GetItem", "ACCOUNTS_TABLE"],
  ["a first login", "reads the binding", "GetItem", "BINDINGS_TABLE"],
  ["a first login", "gives the attempt back", "UpdateItem", "ATTEMPTS_TABLE", { gives: "back" }],
  ["a first login", "binds", "TransactWriteItems", "BINDINGS_TABLE"],
  ["a first login", "writes the session", "PutItem", "SESSIONS_TABLE", { bound: true }],
  ["a login with a ticket", "takes one of its attempts", "UpdateItem", "ATTEMPTS_TABLE"],
  ["a login with a ticket", "consumes it", "DeleteItem", "ATTEMPTS_TABLE", { bound: true }],
];
const writes = steps.filter(([, , operation]) => operation !== "GetItem");

function isStep(operation: string, table: string, gives?: "back") {
  const isCall = on(operation, table);
  return (call: InterceptedCall) =>
    isCall(call) && (gives === undefined || JSON.stringify(call.input).includes('{"N":"-1"}'));
}

describe.each(outages)("DynamoDB %s", (_, fault) => {
  test.each(steps)("while %s %s: all or nothing", async (flow, _, operation, table, { gives, bound } = {}) => {
    const { person, go } = await flows[flow]();
    const before = await tables();
    const isMet = isStep(operation, table, gives);
    aws = (call) => (isMet(call) ? fault : undefined);
    expect(await go()).toMatchObject(refusal(503, "store_unavailable", "new_code"));
    expect(calls.filter(isMet).length).toBeGreaterThan(0);

    const after = await tables();
    expect(after.sessions).toEqual(before.sessions);
    if (bound) await expectWholeBindings();
    else expect(after.bindings).toEqual(before.bindings);

    aws = () => undefined;
    expect(await firstLogin(person)).toMatchObject({ status: 200, body: { userId, newBinding: false } });
  });
});

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { identityKey } from "../../functions/core/identity.ts";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { sample } from "../../local/sample.ts";
import { addAccount, type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

/** The functions' timers run four times as fast as they say, so that a second of theirs is this many milliseconds. */
const second = 250;
const hurry = [
  "const{setTimeout:s}=globalThis,t=AbortSignal.timeout",
  "globalThis.setTimeout=(f,ms,...a)=>s(f,ms/4,...a)",
  "AbortSignal.timeout=(ms)=>t.call(AbortSignal,ms/4)",
  // And the SDK does not wait by chance between two tries.
  "Math.random=()=>0",
].join(";");

const lisi = { username: "lisi", password: "another password", userId: "u_lisi" };

let stack: StackOnLaptop;
let intercept: (call: InterceptedCall) => Promise<Fault | undefined> = async () => undefined;
/** Ends whatever is being held back. */
let release: () => void;
let held: Promise<Fault>;

beforeAll(async () => {
  stack = await startStackOnLaptop({
    maxInstances: 4,
    environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hurry)}` },
    intercept: (call) => intercept(call),
  });
  await addAccount(stack.laptop, lisi);
});
afterAll(async () => {
  release();
  await stack.close();
});
beforeEach(() => {
  release?.();
  const { promise, resolve } = Promise.withResolvers<Fault>();
  held = promise;
  release = () => resolve({ kind: "drop" });
  intercept = async () => undefined;
  stack.simulator.clearTrouble();
});

let people = 0;
const stranger = () => `person ${people++}`;
const logIn = (person: string) => stack.login({ code: stack.simulator.login(person) });
const firstLogin = (person: string, account: { username: string; password: string } = sample) =>
  stack.login({
    code: stack.simulator.login(person),
    username: account.username,
    password: account.password,
  });
const tables = async () => ({
  bindings: await scan(stack.laptop, "Bindings"),
  sessions: await scan(stack.laptop, "Sessions"),
});
const refusal = (status: number, code: string, action: string) => ({
  status,
  body: { status, code, action },
});
const isDynamoDb = ({ action }: InterceptedCall) => action.startsWith("dynamodb:");

/** What the requests to DynamoDB about this person, logging in as zhangsan, can be told by. */
function marksOf(person: string): string[] {
  const [{ appId = "", openid = "" } = {}] = stack.simulator.user(person).identities;
  const key = Buffer.from(identityKey({ appId, openid }));
  return [key.toString("base64"), key.toString("base64url"), sample.username];
}

test("WeChat takes too long for its first byte, or drips: 504 and a new code; slow, but in time: normal", async () => {
  const people = [stranger(), stranger(), stranger()];
  for (const person of people) expect((await firstLogin(person)).status).toBe(200);
  const before = await tables();

  // Whom each of them hits is chance.
  stack.simulator.trouble({ latencyMs: 3.5 * second, times: 1 });
  stack.simulator.trouble({ drip: { bytes: 1, everyMs: 0.2 * second }, times: 1 });
  stack.simulator.trouble({ latencyMs: 1.5 * second, times: 1 });
  const answers = await Promise.all(people.map(logIn));
  const [normal, ...late] = answers.toSorted((a, b) => a.status - b.status);
  expect(normal).toMatchObject({ status: 200, body: { userId: sample.userId } });
  const timeout = refusal(504, "wechat_timeout", "new_code");
  expect(late).toMatchObject([timeout, timeout]);

  const after = await tables();
  expect(after.bindings).toEqual(before.bindings);
  expect(after.sessions).toHaveLength(before.sessions.length + 1);
});

test("DynamoDB never answers: 503 and a new code from login, 500 from the gateway, nothing written", async () => {
  const person = stranger();
  const session = (await firstLogin(person)).body.sessionId;
  const before = await tables();
  intercept = async (call) => (isDynamoDb(call) ? held : undefined);
  const [silent, first, protectedCall] = await Promise.all([
    logIn(person),
    firstLogin(stranger()),
    stack.call("GET /hello", { session }),
  ]);
  expect([silent, first]).toMatchObject([
    refusal(503, "store_unavailable", "new_code"),
    refusal(503, "store_unavailable", "new_code"),
  ]);
  expect(protectedCall).toMatchObject({ status: 500, body: { message: "Internal Server Error" } });
  expect(await tables()).toEqual(before);
});

test("Secrets Manager never answers a cold instance: not configured, and WeChat is never called", async () => {
  const before = await tables();
  const asked = stack.simulator.requests.length;
  await stack.laptop.functions.recycle();
  intercept = async ({ action }) => (action.startsWith("secretsmanager:") ? held : undefined);
  expect(await firstLogin(stranger())).toMatchObject(refusal(503, "not_configured", "contact_support"));
  expect(stack.simulator.requests).toHaveLength(asked);
  expect(await tables()).toEqual(before);
});

test("all are slow, but none too slow: the login as a whole ends in time, with nothing written", async () => {
  const before = await tables();
  const [unlucky, waiting] = [stranger(), stranger()];
  stack.simulator.trouble({ latencyMs: 1.5 * second, times: 2 });
  const sent = new Map<string, number>();
  intercept = async ({ action, input }) => {
    const request = `${action} ${JSON.stringify(input)}`;
    // The verifier of one of them never answers. All that is about the other needs three tries, so 2 s each time.
    if (action === "lambda:Invoke") return request.includes(lisi.username) ? held : undefined;
    if (!marksOf(unlucky).some((mark) => request.includes(mark))) return undefined;
    const times = (sent.get(request) ?? 0) + 1;
    sent.set(request, times);
    return times < 3 ? held : undefined;
  };
  const answers = await Promise.all([firstLogin(unlucky), firstLogin(waiting, lisi)]);
  expect(answers).toMatchObject([
    refusal(503, "store_unavailable", "new_code"),
    refusal(503, "store_unavailable", "new_code"),
  ]);
  expect(sent.size).toBeGreaterThan(1);
  expect(await tables()).toEqual(before);
});

test("and when all is well again, everything works", async () => {
  const person = stranger();
  expect((await firstLogin(person)).status).toBe(200);
  const { status, body } = await logIn(person);
  expect(status).toBe(200);
  expect((await stack.call("GET /hello", { session: body.sessionId })).body.userId).toBe(sample.userId);
});

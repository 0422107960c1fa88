import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { AdminRequest } from "../../contract/operator-actions.ts";
import { hashPassword } from "../../functions/passwords/argon2id.ts";
import type { FunctionDescription } from "../../local/assembly.ts";
import type { AuthorizationDecision } from "../../local/aws/endpoint.ts";
import type { PolicyStatement } from "../../local/aws/iam.ts";
import { sample } from "../../local/sample.ts";
import { cheap, type StackOnLaptop, scan, startStackOnLaptop, withMore } from "../support/stack-on-laptop.ts";

/** One action of one role on one resource. */
interface Grant {
  readonly fn: FunctionDescription;
  readonly action: string;
  readonly resource: string;
}

const { username, password } = sample;

let stack: StackOnLaptop;
let takenOut: Grant | undefined;
const decisions: AuthorizationDecision[] = [];
const lines = new Map<string, number>();

beforeAll(async () => {
  stack = await startStackOnLaptop({
    settings: withMore,
    policyOf: (fn) =>
      grantsOf(fn)
        .filter((grant) => !isSame(grant, takenOut))
        .map(toStatement),
    onDecision: (decision) => decisions.push(decision),
    onLog: ({ label }) => lines.set(label, (lines.get(label) ?? 0) + 1),
    environment: { ATTEMPTS_PER_USERNAME: "0", ATTEMPTS_PER_SOURCE_IP: "0" },
  });
});
afterAll(() => stack.close());

test("every grant is used, and everything that is asked for is granted", async () => {
  expect(await trouble("alice")).toBeUndefined();
  expect(decisions.filter(({ allowed }) => !allowed)).toEqual([]);
  const used = decisions.map(({ principal, action, resource }) => [
    principal.arn.split("/").at(-1),
    action,
    resource,
  ]);
  const granted = allGrants().map(({ fn, action, resource }) => [fn.name, action, resource]);
  expect(distinct(used)).toEqual(distinct(granted));
});

// One round for each grant, or, in a short run, for some of each part of the list.
test("taking any single action out of any role is noticed", { timeout: 180_000 }, async () => {
  const unnoticed: string[] = [];
  const grants = allGrants();
  const step = Math.max(1, Math.floor(grants.length / inject("grantsTaken")));
  for (const [index, grant] of grants.entries()) {
    if (index % step > 0) continue;
    takenOut = grant;
    // The AppSecret is kept for the life of an instance.
    if (grant.action.startsWith("secretsmanager:")) await stack.laptop.functions.recycle();
    if ((await trouble(`user ${index}`)) === undefined) unnoticed.push(`${grant.fn.label} ${grant.action}`);
  }
  takenOut = undefined;
  expect(unnoticed).toEqual([]);
});

/** Uses everything the product does, through HTTP and as an operator; what went wrong, or undefined. */
async function trouble(user: string): Promise<string | undefined> {
  lines.clear();
  try {
    // First, because what it alone needs is then missed at once.
    if (takenOut === undefined || takenOut.fn.label === "admin") await useDoctor();
    await useHttp(user);
    await useAdmin(user);
  } catch (error) {
    if (
      error instanceof Trouble ||
      (error instanceof Error && error.message.includes("admin function failed"))
    ) {
      return error.message;
    }
    throw error;
  }
  const silentFunctions = stack.laptop.assembly.functions.filter(({ label }) => !lines.has(label));
  return silentFunctions.length > 0 ? `no log of ${silentFunctions.map(({ label }) => label)}` : undefined;
}

class Trouble extends Error {}

function expectTrouble(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Trouble(`${what}: ${actual} instead of ${expected}`);
}

async function useDoctor(): Promise<void> {
  const { secrets, tables, functions, verifier } = await stack.admin({ action: "doctor.check" });
  for (const { function: name, state, invokableByApi } of functions) {
    expectTrouble(name, state, "there");
    expectTrouble(`policy of ${name}`, invokableByApi, "yes");
  }
  expectTrouble("verifier", "failed" in verifier, false);
  expectTrouble("AppSecret", secrets[0].state, "accepted");
  for (const { table, state, timeToLive, pointInTimeRecovery } of tables) {
    expectTrouble(table, state, "there");
    expectTrouble(`time to live of ${table}`, timeToLive === "unknown", false);
    expectTrouble(`backups of ${table}`, pointInTimeRecovery === "unknown", false);
  }
}

async function useHttp(user: string): Promise<void> {
  const unknown = await stack.login({ code: stack.simulator.login(user) });
  expectTrouble("binding_required", unknown.status, 409);
  const { bindTicket } = unknown.body;
  const wrong = await stack.login({ bindTicket, username, password: "wrong" });
  expectTrouble("wrong password", wrong.body.code, "invalid_credentials");
  const bound = await stack.login({ bindTicket, username, password });
  expectTrouble("first login", bound.status, 200);
  const silent = async () => {
    const { status, body } = await stack.login({ code: stack.simulator.login(user) });
    expectTrouble("silent login", status, 200);
    return body.sessionId as string;
  };
  const session = await silent();
  const { encryptedData, iv } = stack.simulator.userInfo(user);
  const opened = await stack.call("POST /open-data", {
    session,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ encryptedData, iv }),
  });
  expectTrouble("open data", opened.status, 200);
  const told = await stack.call("POST /phone", {
    session,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ phoneCode: press(user) }),
  });
  expectTrouble("phone number", told.status, 200);
  for (const [route, expected] of [
    ["GET /session", 200],
    ["GET /hello", 200],
    ["GET /sessions", 200],
    ["DELETE /session", 204],
  ] as const) {
    expectTrouble(route, (await stack.call(route, { session })).status, expected);
  }
  expectTrouble("revoke", (await stack.call("DELETE /sessions", { session: await silent() })).status, 204);
  expectTrouble("unbind", (await stack.call("DELETE /binding", { session: await silent() })).status, 204);
}

/** A phone button on the user's phone. */
function press(user: string): string {
  const pressed = stack.simulator.phone(user);
  return "code" in pressed ? (pressed.code ?? "") : "";
}

async function useAdmin(user: string): Promise<void> {
  const account = { username: `account of ${user}`, password: "the password", userId: `u of ${user}` };
  const { appSecret } = sample;
  const of = { userId: account.userId };
  const done = async (request: AdminRequest) => {
    const answer = await stack.admin(request);
    expectTrouble(request.action, answer.refused, undefined);
    return answer;
  };
  await done({ action: "accounts.add", ...account });
  await done({ action: "accounts.import", rows: [account] });
  await useImportedHash(user, done);
  const logIn = async () => {
    const answer = await stack.login({
      code: stack.simulator.login(`${user}'s`),
      ...account,
      userId: undefined,
    });
    expectTrouble("login of the new account", answer.status, 200);
  };
  await logIn();
  const owner = `${user}'s`;
  const phoneNumber = `+86${stack.simulator.user(owner).phoneNumber}`;
  await done({ action: "accounts.phone", account: account.username, phoneNumber });
  await done({ action: "bindings.remove", of });
  const byPhone = await stack.login({ code: stack.simulator.login(owner), phoneCode: press(owner) });
  expectTrouble("login by phone number", byPhone.status, 200);
  const { sessions } = await done({ action: "sessions.list", of });
  expectTrouble("sessions.list", sessions.length, 1);
  await done({ action: "sessions.revoke", of, id: sessions[0].id });
  const [person] = stack.simulator.user(`${user}'s`).identities;
  for (const action of ["sessionKey.check", "sessionKey.reset"] as const) {
    await done({ action, of: { openid: person?.openid ?? "" } });
  }
  await done({ action: "accounts.disable", account: account.username });
  await done({ action: "accounts.remove", account: account.username });
  await done({ action: "secret.set", appSecret });
}

/** A right password replaces the hash that an import brought. */
async function useImportedHash(user: string, done: (request: AdminRequest) => Promise<unknown>) {
  const username = `imported ${user}`;
  const passwordHash = await hashPassword(password, cheap);
  await done({ action: "accounts.import", rows: [{ username, userId: username, passwordHash }] });
  const code = stack.simulator.login(`${user}, imported`);
  expectTrouble("login with it", (await stack.login({ code, username, password })).status, 200);
  const row = (await scan(stack.laptop, "Accounts")).find(
    (item) => item.username?.S === username && item.userId,
  );
  expectTrouble("imported hash", row?.passwordHash?.S?.startsWith("$argon2id$v=19$m=19456,"), true);
}

function allGrants(): Grant[] {
  return stack.laptop.assembly.functions.flatMap(grantsOf);
}

function grantsOf(fn: FunctionDescription): Grant[] {
  return fn.policy.flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ fn, action, resource }))),
  );
}

function toStatement({ action, resource }: Grant): PolicyStatement {
  return { Effect: "Allow", Action: action, Resource: resource };
}

function isSame(a: Grant, b: Grant | undefined): boolean {
  return a.fn === b?.fn && a.action === b.action && a.resource === b.resource;
}

function distinct(rows: (string | undefined)[][]): string[] {
  return [...new Set(rows.map((row) => row.join(" ")))].sort();
}

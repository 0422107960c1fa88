import { afterAll, beforeAll, expect, test } from "vitest";
import type { FunctionDescription } from "../../local/assembly.ts";
import type { AuthorizationDecision } from "../../local/aws/endpoint.ts";
import type { PolicyStatement } from "../../local/aws/iam.ts";
import { sample } from "../../local/sample.ts";
import { type StackOnLaptop, startStackOnLaptop } from "./stack-on-laptop.ts";

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

test("taking any single action out of any role is noticed", async () => {
  const unnoticed: string[] = [];
  for (const [index, grant] of allGrants().entries()) {
    takenOut = grant;
    // The AppSecret is kept for the life of an instance.
    if (grant.action.startsWith("secretsmanager:")) await stack.laptop.functions.recycle();
    if ((await trouble(`user ${index}`)) === undefined) unnoticed.push(`${grant.fn.label} ${grant.action}`);
  }
  takenOut = undefined;
  expect(unnoticed).toEqual([]);
});

/** Uses everything the product does; what went wrong, or undefined. */
async function trouble(user: string): Promise<string | undefined> {
  lines.clear();
  const unknown = await stack.login({ code: stack.simulator.login(user) });
  if (unknown.status !== 409) return `binding_required: ${unknown.status}`;
  const { bindTicket } = unknown.body;
  const wrong = await stack.login({ bindTicket, username, password: "wrong" });
  if (wrong.body.code !== "invalid_credentials") return `wrong password: ${wrong.status}`;
  const bound = await stack.login({ bindTicket, username, password });
  if (bound.status !== 200) return `first login: ${bound.status}`;
  const silent = await stack.login({ code: stack.simulator.login(user) });
  if (silent.status !== 200) return `silent login: ${silent.status}`;
  const session: string = silent.body.sessionId;
  for (const [route, expected] of [
    ["GET /session", 200],
    ["GET /hello", 200],
    ["DELETE /session", 204],
  ] as const) {
    const { status } = await stack.call(route, { session });
    if (status !== expected) return `${route}: ${status}`;
  }
  const silentFunctions = stack.laptop.assembly.functions.filter(({ label }) => !lines.has(label));
  return silentFunctions.length > 0 ? `no log of ${silentFunctions.map(({ label }) => label)}` : undefined;
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

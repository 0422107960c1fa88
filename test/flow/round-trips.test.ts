import { afterAll, beforeAll, expect, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { type CountedFunction, totals, type Units, unitsFile } from "../../scripts/units.ts";
import { type CountedStack, startCountedStack } from "../support/counting/counter.ts";
import {
  countAll,
  counting,
  countWithoutPasswords,
  countWithPhone,
  countWithSessionKeys,
} from "../support/counting/operations.ts";
import { withMore } from "../support/stack-on-laptop.ts";

let units: Units;
let secretReads: { readonly first: number; readonly later: number };
const open: CountedStack[] = [];

beforeAll(async () => {
  const counted = await startCountedStack();
  open.push(counted);
  const withPasswords = counting(counted);
  await countAll(withPasswords);
  secretReads = await readsOfTheSecret(counted, withPasswords);

  const other = await startCountedStack({ environment: { VERIFIER_FUNCTION: "none" } });
  open.push(other);
  const withoutPasswords = counting(other);
  await countWithoutPasswords(withoutPasswords);

  const third = await startCountedStack({ settings: withMore, environment: { SESSION_KEYS_TABLE: "" } });
  open.push(third);
  const withPhone = counting(third);
  await countWithPhone(withPhone);

  const fourth = await startCountedStack({ settings: withMore });
  open.push(fourth);
  const withSessionKeys = counting(fourth);
  await countWithSessionKeys(withSessionKeys);

  units = {
    ...withPasswords.units,
    ...withoutPasswords.units,
    ...withPhone.units,
    ...withSessionKeys.units,
  };
}, 120_000);
afterAll(() => Promise.all(open.map((stack) => stack.close())));

function functionsOf(operation: string): Units[string] {
  const functions = units[operation];
  if (!functions) throw new Error(`Nobody counts ${operation}.`);
  return functions;
}

function countedIn(operation: string, functionName: string): CountedFunction {
  const found = functionsOf(operation)[functionName];
  if (!found) throw new Error(`${operation} invokes no ${functionName}.`);
  return found;
}

test("a silent login is three steps: WeChat, a read of the binding, the session's write", () => {
  expect(countedIn("silent login", "login")).toEqual({
    rru: 1,
    wru: 1,
    steps: { 1: "wechat:jscode2session", 2: "dynamodb:GetItem bindings", 3: "dynamodb:PutItem sessions" },
  });
});

/** Of all functions together, the verifier's own read included. */
test.each([
  ["silent login", 3],
  ["first login by code", 6],
  ["first login by ticket", 6],
  ["wrong password by code", 6],
  ["wrong password by ticket", 5],
  ["first login without passwords", 3],
  ["first login by phone number", 9],
  ["phone number", 5],
  ["silent login, with session_keys kept", 3],
  ["open data", 2],
])("%s: at most %i steps, one after the other", (operation, most) => {
  expect(totals(functionsOf(operation)).steps).toBeLessThanOrEqual(most);
});

test.each([
  ["silent login", 1],
  ["first login by code", 12],
  ["first login by ticket", 15],
  ["first login without passwords", 6],
  ["first login by phone number", 10],
  ["silent login, with session_keys kept", 2],
])("%s: at most %i write units", (operation, most) => {
  expect(totals(functionsOf(operation)).wru).toBeLessThanOrEqual(most);
});

test.each(["authorize", "authorize, unknown session"])("%s: one step, which only reads", (operation) => {
  expect(countedIn(operation, "authorizer")).toEqual({
    rru: 2,
    wru: 0,
    steps: { 1: "dynamodb:BatchGetItem bindings sessions" },
  });
});

test.each(["1 session", "50 sessions"])("to log out everywhere is one write, with %s", (sessions) => {
  const operation = `log out everywhere, ${sessions}`;
  const { rru, wru, steps } = countedIn(operation, "session");
  expect({ rru, wru, steps: Object.keys(steps).length }).toEqual({ rru: 0, wru: 1, steps: 1 });
  expect(countedIn(operation, "authorizer").wru).toBe(0);
});

test("a warm login never asks Secrets Manager, and a new instance asks once", () => {
  expect(secretReads).toEqual({ first: 1, later: 0 });
});

test("docs/units.json is what was counted; `npm run cost` counts anew and writes it", async () => {
  await expect(`${JSON.stringify(units, null, 2)}\n`).toMatchFileSnapshot(unitsFile.pathname);
});

async function readsOfTheSecret(
  { stack, secretReads }: CountedStack,
  { sessionOf }: ReturnType<typeof counting>,
) {
  const logIn = () => sessionOf(sample.userId);
  await stack.laptop.functions.recycle();
  return { first: await secretReads(logIn), later: await secretReads(logIn) };
}

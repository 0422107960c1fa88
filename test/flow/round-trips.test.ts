import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { AttributeValue, Item } from "../../local/aws/dynalite.ts";
import { sample } from "../../local/sample.ts";
import { type CountedInvocation, type Units, unitsFile, unitsText } from "../../scripts/scale/units.ts";
import { itemBytes } from "../support/scale/capacity-units.ts";
import { type CountedStack, startCountedStack } from "../support/scale/counter.ts";
import { accessLogFormat, deployedThings, templateIn } from "../support/scale/deployed.ts";
import { countAll, counting, countWithoutPasswords } from "../support/scale/operations.ts";
import { scan } from "../support/stack-on-laptop.ts";

let units: Units;
const open: CountedStack[] = [];

beforeAll(async () => {
  const template = await templateIn(inject("assembly"));
  const format = accessLogFormat(template);

  const counted = await startCountedStack();
  open.push(counted);
  const withPasswords = counting(counted, format);
  const items = await itemsOfOnePerson(counted, withPasswords);
  await countAll(withPasswords);
  const secretReads = await readsOfTheSecret(counted, withPasswords);

  const other = await startCountedStack({ environment: { VERIFIER_FUNCTION: "none" } });
  open.push(other);
  const withoutPasswords = counting(other, format);
  await countWithoutPasswords(withoutPasswords);

  units = {
    operations: { ...withPasswords.operations, ...withoutPasswords.operations },
    secretReads,
    items,
    deployed: deployedThings(template),
  };
}, 120_000);
afterAll(() => Promise.all(open.map((stack) => stack.close())));

function invocation(operation: string, functionName: string): CountedInvocation {
  const found = units.operations[operation]?.invocations.find((it) => it.function === functionName);
  if (!found) throw new Error(`${operation} invokes no ${functionName}.`);
  return found;
}

const writesOf = ({ calls }: CountedInvocation) => calls.filter(({ writes }) => writes !== undefined);

test("a silent login is three sequential outside steps: WeChat, a read of the binding, the session's write", () => {
  const { steps, calls } = invocation("silent login", "login");
  expect(steps).toBe(3);
  expect(calls).toEqual([
    { step: 1, action: "wechat:jscode2session" },
    { step: 2, action: "dynamodb:GetItem", reads: "bindings", rru: 1 },
    { step: 3, action: "dynamodb:PutItem", writes: "sessions", wru: 1 },
  ]);
});

test("to authorize is one outside step, and it only reads", () => {
  for (const operation of ["authorize", "authorize, unknown session"]) {
    const { steps, calls, wru } = invocation(operation, "authorizer");
    expect(steps).toBe(1);
    expect(calls).toEqual([
      { step: 1, action: "dynamodb:BatchGetItem", reads: "bindings + sessions", rru: 2 },
    ]);
    expect(wru).toBe(0);
  }
});

test.each([1, 50])("to log out everywhere is one write, with %i sessions", (sessions) => {
  const operation = `log out everywhere, ${sessions} session${sessions > 1 ? "s" : ""}`;
  const { steps, calls, wru } = invocation(operation, "session");
  expect({ steps, calls: calls.length, wru }).toEqual({ steps: 1, calls: 1, wru: 1 });
  expect(writesOf(invocation(operation, "session"))).toHaveLength(1);
  expect(writesOf(invocation(operation, "authorizer"))).toEqual([]);
});

test("a warm login never asks Secrets Manager, and a new instance asks once", () => {
  expect(units.secretReads).toEqual({ first: 1, later: 0 });
});

test("nobody logs more than one line per request", () => {
  for (const { invocations } of Object.values(units.operations)) {
    for (const { logLines } of invocations) expect(logLines).toBeLessThanOrEqual(1);
  }
});

test("docs/scale/units.json is what was counted; `npm run scale` counts anew and writes it", async () => {
  await expect(unitsText(units)).toMatchFileSnapshot(unitsFile.pathname);
});

/** How large the items are that a person with one session leaves. */
async function itemsOfOnePerson({ stack }: CountedStack, { sessionOf }: ReturnType<typeof counting>) {
  await sessionOf("nobody else");
  const bindings = await scan(stack.laptop, "Bindings");
  const bytes = (items: readonly Item[]) => Math.max(...items.map((item) => itemBytes(steady(item))));
  return {
    identity: bytes(bindings.filter((item) => "openid" in item)),
    account: bytes(bindings.filter((item) => !("openid" in item))),
    session: bytes(await scan(stack.laptop, "Sessions")),
    credentials: bytes(await scan(stack.laptop, "Accounts")),
  };
}

/** A time that ends in zeros is a byte shorter than others. */
function steady(item: Item): Item {
  const value = (it: AttributeValue) => (it.N === undefined ? it : { N: it.N.replace(/\d/g, "1") });
  return Object.fromEntries(Object.entries(item).map(([name, it]) => [name, value(it)]));
}

async function readsOfTheSecret(
  { stack, secretReads }: CountedStack,
  { sessionOf }: ReturnType<typeof counting>,
) {
  const logIn = () => sessionOf(sample.userId);
  await stack.laptop.functions.recycle();
  return { first: await secretReads(logIn), later: await secretReads(logIn) };
}

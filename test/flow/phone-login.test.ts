import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { sample } from "../../local/sample.ts";
import {
  type Answer,
  type StackOnLaptop,
  scan,
  startStackOnLaptop,
  withMore,
} from "../support/stack-on-laptop.ts";

const { username, password, userId, appId } = sample;
const getuserphonenumber = "/wxa/business/getuserphonenumber";

let stack: StackOnLaptop;
let intercept: (call: InterceptedCall) => Promise<Fault | undefined> = async () => undefined;
let digits = 13_700_000_000;
beforeAll(async () => {
  stack = await startStackOnLaptop({
    settings: withMore,
    maxInstances: 8,
    intercept: (call) => intercept(call),
  });
}, 120_000);
afterAll(() => stack.close());

/** Zhang San, with a number that no test before has bound by. */
let phoneNumber: string;
beforeEach(async () => {
  stack.simulator.clearTrouble();
  phoneNumber = `+86${++digits}`;
  await stack.admin({ action: "bindings.remove", of: { userId } });
  const answer = await stack.admin({ action: "accounts.phone", account: username, phoneNumber });
  expect(answer).toMatchObject({ account: { phoneNumber } });
});

/** The code of a phone button, on the phone of a person with this number. */
function press(user: string, number = phoneNumber): string {
  stack.simulator.user(user, { phoneNumber: number.slice(3) });
  const pressed = stack.simulator.phone(user);
  if (!("code" in pressed) || pressed.code === undefined) throw new Error(`${user} gets no code`);
  return pressed.code;
}

const code = (user: string) => stack.simulator.login(user);
const byPhone = (user: string, number = phoneNumber) =>
  stack.login({ code: code(user), phoneCode: press(user, number) });
const silently = (user: string) => stack.login({ code: code(user) });
const asked = (path: string) => stack.simulator.requests.filter((request) => request.path === path).length;
const person = (() => {
  let count = 0;
  return () => `person ${++count}`;
})();

function expectRefused({ status, body }: Answer, code: string, action: string): void {
  expect({ status, code: body.code, action: body.action }).toMatchObject({ code, action });
}

describe("logging in by phone number", () => {
  test("binds an unbound identity and logs in with one tap; from then on it logs in silently", async () => {
    const alice = person();
    expect(await byPhone(alice)).toMatchObject({ status: 200, body: { userId, newBinding: true } });
    expect(await silently(alice)).toMatchObject({ status: 200, body: { userId, newBinding: false } });
    expect(await stack.admin({ action: "bindings.find", of: { phoneNumber } })).toMatchObject({
      bindings: [{ userId, phoneNumber }],
    });
  });

  test("does so with a ticket too, which is then used up", async () => {
    const alice = person();
    const { bindTicket } = (await silently(alice)).body;
    const answer = await stack.login({ bindTicket, phoneCode: press(alice) });
    expect(answer).toMatchObject({ status: 200, body: { userId, newBinding: true } });
    expectRefused(await stack.login({ bindTicket, phoneCode: press(alice) }), "invalid_ticket", "new_code");
  });

  test("leaves the phone code of a bound identity unspent: its binding decides", async () => {
    const alice = person();
    await byPhone(alice);
    const before = asked(getuserphonenumber);
    const phoneCode = press(alice, "+8613600000001");
    const again = await stack.login({ code: code(alice), phoneCode });
    expect(again).toMatchObject({ status: 200, body: { userId, newBinding: false } });
    expect(asked(getuserphonenumber)).toBe(before);
    const { sessionId } = again.body;
    const told = await post("/phone", { phoneCode }, sessionId);
    expect(told).toMatchObject({ status: 200, body: { phoneNumber: "+8613600000001" } });
  });

  test("refuses a spent code, and another user's, with a ticket for the next", async () => {
    const alice = person();
    const phoneCode = press(alice);
    await byPhoneCodeOf(alice, phoneCode);
    const bob = person();
    const spent = await stack.login({ code: code(bob), phoneCode });
    expectRefused(spent, "invalid_phone_code", "new_phone_code");
    const { bindTicket } = spent.body;
    const foreign = await stack.login({ bindTicket, phoneCode: press(person()) });
    expectRefused(foreign, "invalid_phone_code", "new_phone_code");
    expect(foreign.body.bindTicket).toBe(bindTicket);
    expect(await stack.login({ code: code(bob) })).toMatchObject({ status: 409 });
  });

  test("with a number that nobody has asks for another way, with a ticket; nothing is bound", async () => {
    const alice = person();
    const unknown = await byPhone(alice, "+8613500000001");
    expectRefused(unknown, "binding_required", "bind");
    const { bindTicket } = unknown.body;
    const bound = await stack.login({ bindTicket, username, password });
    expect(bound).toMatchObject({ status: 200, body: { userId } });
  });

  test("takes foreign numbers with their country code, sent as a number", async () => {
    await stack.admin({ action: "accounts.phone", account: username, phoneNumber: "+85251234567" });
    const alice = person();
    stack.simulator.user(alice, { phoneNumber: "51234567", countryCode: 852 });
    const { code: phoneCode } = stack.simulator.phone(alice) as { code: string };
    const answer = await stack.login({ code: code(alice), phoneCode });
    expect(answer).toMatchObject({ status: 200, body: { userId, newBinding: true } });
  });

  test("of a disabled account says so, once the number is proven", async () => {
    await stack.admin({ action: "accounts.disable", account: username });
    expectRefused(await byPhone(person()), "account_disabled", "contact_support");
    await stack.admin({ action: "accounts.enable", account: username });
  });
});

const byPhoneCodeOf = async (user: string, phoneCode: string) =>
  expect(await stack.login({ code: code(user), phoneCode })).toMatchObject({ status: 200 });

function post(path: string, body: object, session?: string): Promise<Answer> {
  return stack.call(`POST ${path}`, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(session !== undefined && { session }),
  });
}

describe("a number that has a new holder", () => {
  test("lets in nobody while the account has an identity, nor after it was unbound; one whom an operator allows", async () => {
    const [alice, bob, carol] = [person(), person(), person()];
    await byPhone(alice);
    expectRefused(await byPhone(bob), "phone_number_taken", "contact_support");
    const { sessionId } = (await silently(alice)).body;
    expect((await stack.call("DELETE /binding", { session: sessionId })).status).toBe(204);
    expectRefused(await byPhone(bob), "phone_number_taken", "contact_support");
    // Whom it has let in before comes back.
    expect(await byPhone(alice)).toMatchObject({ status: 200, body: { newBinding: true } });

    // Allowing lifts the memory, and never an identity that is there.
    const allowed = await stack.admin({ action: "bindings.allow", of: { phoneNumber } });
    expect(allowed).toMatchObject({ userId, appId });
    expectRefused(await byPhone(bob), "phone_number_taken", "contact_support");
    await stack.admin({ action: "bindings.remove", of: { userId } });
    expect(await byPhone(bob)).toMatchObject({ status: 200, body: { userId, newBinding: true } });
    await stack.admin({ action: "bindings.remove", of: { userId } });
    expectRefused(await byPhone(carol), "phone_number_taken", "contact_support");
  });

  test("is forgotten with a changed number, and with the account", async () => {
    const [alice, bob, carol] = [person(), person(), person()];
    await byPhone(alice);
    await stack.admin({ action: "bindings.remove", of: { userId } });
    phoneNumber = `+86${++digits}`;
    await stack.admin({ action: "accounts.phone", account: username, phoneNumber });
    expect(await byPhone(bob)).toMatchObject({ status: 200, body: { userId, newBinding: true } });

    const lisi = { username: "lisi", userId: "u_lisi", password: "iloveluna" };
    const number = `+86${++digits}`;
    await stack.admin({ action: "accounts.add", ...lisi, phoneNumber: number });
    expect(await byPhone(carol, number)).toMatchObject({ status: 200, body: { userId: "u_lisi" } });
    await stack.admin({ action: "accounts.remove", account: "lisi" });
    await stack.admin({ action: "accounts.add", ...lisi, phoneNumber: number });
    expect(await byPhone(person(), number)).toMatchObject({ status: 200, body: { userId: "u_lisi" } });
    await stack.admin({ action: "accounts.remove", account: "lisi" });
  });

  test("does not let in beside an identity that a password has bound", async () => {
    await stack.login({ code: code(person()), username, password });
    expectRefused(await byPhone(person()), "phone_number_taken", "contact_support");
  });

  test("64 racers with one number: one identity", { timeout: 60_000 }, async () => {
    const racers = Array.from({ length: 64 }, person);
    const answers = await Promise.all(racers.map((racer) => byPhone(racer)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(new Set(others.map(({ body }) => body.code))).toEqual(new Set(["phone_number_taken"]));
    const items = await scan(stack.laptop, "Bindings");
    const bound = items.filter((item) => item.userId?.S === userId && item.openid !== undefined);
    expect(bound).toHaveLength(1);
  });
});

describe("what fails", () => {
  test.each([
    ["an outage of WeChat's", { status: 502 }, "wechat_unavailable"],
    ["its -1", { errcode: -1 }, "wechat_busy"],
    ["its limit", { errcode: 45011 }, "rate_limited"],
    ["its day's limit", { errcode: 45009 }, "quota_exhausted"],
    ["no permission", { errcode: 48001 }, "not_configured"],
    ["a lost answer", { drop: "after" }, "wechat_unavailable"],
  ] as const)(
    "after the phone code has left, %s, asks for another one, with a ticket",
    async (_, trouble, expected) => {
      const alice = person();
      stack.simulator.trouble({ ...trouble, path: getuserphonenumber, times: 1 });
      const failed = await byPhone(alice);
      expectRefused(failed, expected, "new_phone_code");
      const { bindTicket } = failed.body;
      expect(await stack.login({ bindTicket, phoneCode: press(alice) })).toMatchObject({ status: 200 });
    },
  );

  test("to give a token leaves the phone code as it was", async () => {
    const alice = person();
    await stack.laptop.functions.recycle();
    stack.simulator.trouble({ errcode: -1, path: "/cgi-bin/stable_token", times: 1 });
    const phoneCode = press(alice);
    expectRefused(await stack.login({ code: code(alice), phoneCode }), "wechat_busy", "new_code");
    expect(await stack.login({ code: code(alice), phoneCode })).toMatchObject({ status: 200 });
  });

  test.each([
    ["before the verifier is asked", "lambda:Invoke", false],
    ["before it is bound", "dynamodb:TransactWriteItems", false],
    ["once it is bound", "dynamodb:TransactWriteItems", true],
  ])("a function that is killed after the exchange, %s: the next login works", async (_, action, isDone) => {
    const alice = person();
    await stack.laptop.functions.recycle();
    intercept = async (call) => {
      if (call.action !== action) return undefined;
      intercept = async () => undefined;
      if (isDone) await stack.laptop.dynamoDb.call("TransactWriteItems", call.input);
      await stack.laptop.functions.recycle();
      return { kind: "drop" };
    };
    expect(await byPhone(alice)).toMatchObject({ status: 500, body: { message: "Internal Server Error" } });
    const next = isDone ? await silently(alice) : await byPhone(alice);
    expect(next).toMatchObject({ status: 200, body: { userId, newBinding: !isDone } });
  });

  test("a store that is down after the exchange asks for another phone code", async () => {
    const alice = person();
    intercept = async ({ action }) =>
      action === "dynamodb:TransactWriteItems"
        ? { kind: "error", type: "ValidationException", message: "no" }
        : undefined;
    const failed = await byPhone(alice);
    intercept = async () => undefined;
    expectRefused(failed, "store_unavailable", "new_phone_code");
    const { bindTicket } = failed.body;
    expect(await stack.login({ bindTicket, phoneCode: press(alice) })).toMatchObject({ status: 200 });
  });

  test("a sixth number of one identity in a day is not asked for", async () => {
    const alice = person();
    for (let count = 1; count <= 5; count++) await byPhone(alice, "+8613500000002");
    const before = asked(getuserphonenumber);
    const over = await byPhone(alice);
    expectRefused(over, "too_many_attempts", "wait");
    expect(Number(over.headers.get("retry-after"))).toBeLessThanOrEqual(86_400);
    expect(asked(getuserphonenumber)).toBe(before);
  });

  test.each([
    ["beside username and password", { username, password }],
    ["that is no text", { phoneCode: 5 }],
    ["that is empty", { phoneCode: "" }],
  ])("a phone code %s is a bad request that names it", async (_, more) => {
    const answer = await stack.login({ code: "any", phoneCode: "any", ...more });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", fields: ["phoneCode"] } });
  });
});

describe("POST /phone", () => {
  test("tells the number of a session's owner, and keeps it until the identity is unbound", async () => {
    const alice = person();
    const { sessionId } = (await stack.login({ code: code(alice), username, password })).body;
    const answer = await post("/phone", { phoneCode: press(alice, "+8613500000004") }, sessionId);
    expect(answer).toMatchObject({ status: 200, body: { phoneNumber: "+8613500000004" } });
    const found = await stack.admin({ action: "accounts.show", account: username });
    // Two facts: what an operator has written, and what WeChat has told.
    expect(found.account).toMatchObject({ phoneNumber, bindings: [{ phoneNumber: "+8613500000004" }] });
    // Business Lambdas are told what is kept, from the next request on.
    expect((await stack.call("GET /session", { session: sessionId })).status).toBe(200);
    await stack.call("DELETE /binding", { session: sessionId });
    const items = await scan(stack.laptop, "Bindings");
    expect(items.some((item) => item.phoneNumber?.S === "+8613500000004")).toBe(false);
  });

  test("refuses another person's code, a spent one, and one without a session", async () => {
    const alice = person();
    const { sessionId } = (await byPhone(alice)).body;
    const foreign = await post("/phone", { phoneCode: press(person()) }, sessionId);
    expectRefused(foreign, "invalid_phone_code", "new_phone_code");
    const phoneCode = press(alice);
    expect((await post("/phone", { phoneCode }, sessionId)).status).toBe(200);
    expectRefused(await post("/phone", { phoneCode }, sessionId), "invalid_phone_code", "new_phone_code");
    expect((await post("/phone", { phoneCode })).status).toBe(401);
    expect(await post("/phone", { phoneCode: 7 }, sessionId)).toMatchObject({
      status: 400,
      body: { code: "invalid_request", fields: ["phoneCode"] },
    });
  });

  test("is counted with the logins", async () => {
    const alice = person();
    const { sessionId } = (await byPhone(alice)).body;
    for (let count = 2; count <= 5; count++) {
      expect((await post("/phone", { phoneCode: press(alice) }, sessionId)).status).toBe(200);
    }
    expectRefused(await post("/phone", { phoneCode: press(alice) }, sessionId), "too_many_attempts", "wait");
  });
});

test("a deployment without `phone` names the field in its refusal, and has no such route", async () => {
  const plain = await startStackOnLaptop();
  try {
    const answer = await plain.login({ code: "any", phoneCode: "any" });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", fields: ["phoneCode"] } });
    const response = await fetch(`${plain.laptop.url}/phone`, { method: "POST" });
    expect(response.status).toBe(404);
  } finally {
    await plain.close();
  }
});

import { expect, test, vi } from "vitest";
import { createLogin } from "../../client/weapp-login.ts";
import { Fail, fakeWx, gate, problem, rejection, type Seen } from "../support/fake-wx.ts";

const credentials = { username: "zhangsan", password: "pwd123456" };
const required = problem(409, "binding_required", "bind", { bindTicket: "ticket-1" });
const mistyped = problem(401, "invalid_credentials", "fix_credentials", { bindTicket: "ticket-1" });
const invalidTicket = problem(401, "invalid_ticket", "new_code");

const sends = (field: string, { data }: Seen) => Object.keys(Object(data)).includes(field);

/** An identity that has no account until the right password comes with a code or the ticket. */
function unbound(ticketIsGood = true) {
  const fake = fakeWx((seen) => {
    if (seen.route !== "POST /login") return undefined;
    if (sends("bindTicket", seen) && !ticketIsGood) return invalidTicket;
    if (!sends("password", seen)) return required;
    return Object(seen.data).password === credentials.password ? fake.openSession(true) : mistyped;
  });
  return fake;
}

test("without a ticket: one code, sent with the credentials and nothing else of the caller's", async () => {
  const { options, seen } = unbound();
  const typed = { ...credentials, code: "of somebody else", remember: true };
  expect(await createLogin(options).bind(typed)).toMatchObject({ sessionId: "session-1", newBinding: true });
  expect(seen.map(({ data }) => data)).toEqual([{ code: "code-1", ...credentials }]);
});

test("a double tap is one call", async () => {
  const { options, phone, count } = unbound();
  const { bind } = createLogin(options);
  const [one, two] = await Promise.all([bind(credentials), bind({ ...credentials })]);
  expect(one).toBe(two);
  expect({ codes: phone.codes, calls: count("POST /login") }).toEqual({ codes: 1, calls: 1 });
});

test("the ticket is used before a new code, also after a mistyped password", async () => {
  const { options, phone, seen } = unbound();
  const { login, bind } = createLogin(options);
  await rejection(login());
  const wrong = { ...credentials, password: "mistyped" };
  expect(await rejection(bind(wrong))).toMatchObject({
    code: "invalid_credentials",
    action: "fix_credentials",
  });
  await bind(credentials);
  expect(seen.map(({ data }) => data)).toEqual([
    { code: "code-1" },
    { bindTicket: "ticket-1", ...wrong },
    { bindTicket: "ticket-1", ...credentials },
  ]);
  expect(phone.codes).toBe(1);
});

test("a mistyped password with a code gives a ticket for the next try", async () => {
  const { options, phone } = unbound();
  const { bind } = createLogin(options);
  await rejection(bind({ ...credentials, password: "mistyped" }));
  await bind(credentials);
  expect(phone.codes).toBe(1);
});

test("a ticket that is not valid any more falls back to a new code", async () => {
  const { options, seen } = unbound(false);
  const { login, bind } = createLogin(options);
  await rejection(login());
  expect(await bind(credentials)).toMatchObject({ sessionId: "session-1" });
  expect(seen.map(({ data }) => data)).toEqual([
    { code: "code-1" },
    { bindTicket: "ticket-1", ...credentials },
    { code: "code-2", ...credentials },
  ]);
});

test("… once, whatever the server answers then", async () => {
  const { options, phone, count } = fakeWx((seen) => (sends("password", seen) ? invalidTicket : required));
  const { login, bind } = createLogin(options);
  await rejection(login());
  expect(await rejection(bind(credentials))).toMatchObject({ code: "invalid_ticket", action: "new_code" });
  expect({ codes: phone.codes, calls: count("POST /login") }).toEqual({ codes: 2, calls: 3 });
  // And the ticket has had its chance.
  await rejection(bind(credentials));
  expect({ codes: phone.codes, calls: count("POST /login") }).toEqual({ codes: 3, calls: 4 });
});

test("a bind whose answer got lost is repeated by the person, with the ticket first", async () => {
  let lost = true;
  const fake = fakeWx((seen) => {
    if (!sends("password", seen)) return required;
    if (lost) return new Fail("request:fail interrupted");
    return sends("bindTicket", seen) ? invalidTicket : fake.openSession();
  });
  const { login, bind } = createLogin(fake.options);
  await rejection(login());
  expect(await rejection(bind(credentials))).toMatchObject({ code: "interrupted", action: "retry" });
  lost = false;
  expect(await bind(credentials)).toMatchObject({ sessionId: "session-1" });
});

test("a corrected password is sent after the first answer, not taken for a double tap", async () => {
  const { options, seen } = unbound();
  const { bind } = createLogin(options);
  const first = rejection(bind({ ...credentials, password: "mistyped" }));
  const second = bind(credentials);
  expect(await first).toMatchObject({ code: "invalid_credentials" });
  expect(await second).toMatchObject({ sessionId: "session-1" });
  expect(seen.map(({ data }) => data)).toEqual([
    { code: "code-1", ...credentials, password: "mistyped" },
    { bindTicket: "ticket-1", ...credentials },
  ]);
});

test("a bind waits for the silent login under way and takes its ticket", async () => {
  const { options, phone } = unbound();
  const { login, bind } = createLogin(options);
  const silent = rejection(login());
  expect(await bind(credentials)).toMatchObject({ sessionId: "session-1" });
  expect(await silent).toMatchObject({ code: "binding_required" });
  expect(phone.codes).toBe(1);
});

test("a request during a bind waits for it, and asks for no code of its own", async () => {
  const slow = gate();
  const fake = fakeWx((seen) =>
    seen.route === "POST /login" ? slow.opened.then(() => fake.openSession(true)) : undefined,
  );
  const { bind, request } = createLogin(fake.options);
  const bound = bind(credentials);
  const answer = request({ path: "/orders" });
  slow.open();
  await bound;
  expect(await answer).toMatchObject({ statusCode: 200, data: { session: "session-1" } });
  expect(fake.phone.codes).toBe(1);
});

test.each(["a bind", "a logout"])("a ticket does not outlive %s", async (what) => {
  const { options, seen } = unbound();
  const { login, bind, logout } = createLogin(options);
  await rejection(login());
  await (what === "a bind" ? bind(credentials) : logout());
  await bind(credentials);
  expect(seen.at(-1)?.data).toEqual({ code: "code-2", ...credentials });
});

test("password, code and ticket are kept nowhere and are in no error", async () => {
  const { options, storage } = unbound();
  const { login, bind } = createLogin(options);
  const listener = vi.fn();
  const errors = [await rejection(login()), await rejection(bind({ ...credentials, password: "mistyped" }))];
  await bind(credentials);
  const everything = JSON.stringify([errors, errors.map(String), [...storage], listener.mock.calls]);
  for (const secret of [credentials.password, "mistyped", "ticket-1", "code-1"]) {
    expect(everything).not.toContain(secret);
  }
});

import { expect, test, vi } from "vitest";
import { createLogin } from "../../client/weapp-login.ts";
import { type FakeAnswer, fakeWx, gate, rejection } from "../support/fake-wx.ts";

const loggedOut = { code: "logged_out", action: "new_code" };

/** The app's copy of the SDK and that of an independent subpackage, on one key. */
function twoCopies(...script: Parameters<typeof fakeWx>) {
  const fake = fakeWx(...script);
  return { ...fake, one: createLogin(fake.options), other: createLogin(fake.options) };
}

test("a logout in one is a logout in the other, which says so and does not log in again", async () => {
  const { one, other, phone, count } = twoCopies();
  await one.login();
  expect(await other.request({ path: "/orders" })).toMatchObject({ data: { session: "session-1" } });
  const heard = vi.fn();
  other.on("loggedOut", heard);
  await one.logout();
  expect(await rejection(other.request({ path: "/orders" }))).toMatchObject(loggedOut);
  expect(other.session()).toBeUndefined();
  expect(heard.mock.calls).toEqual([[undefined]]);
  expect({ codes: phone.codes, sent: count("GET /orders") }).toEqual({ codes: 1, sent: 1 });
});

test("… also where the session of the other one was opened by itself", async () => {
  const { one, other, phone } = twoCopies();
  await other.login();
  await one.logout();
  expect(await rejection(other.request({ path: "/orders" }))).toMatchObject(loggedOut);
  expect(phone.codes).toBe(1);
});

test("… and also where its login was under way: that does not overwrite the mark, and its session is ended", async () => {
  const slow = gate();
  const { one, other, alive, storage, count, openSession } = twoCopies(({ route }) =>
    route === "POST /login" ? slow.opened.then((): FakeAnswer => openSession()) : undefined,
  );
  const waiting = rejection(other.request({ path: "/orders" }));
  await vi.waitFor(() => expect(count("POST /login")).toBe(1));
  await one.logout();
  slow.open();
  expect(await waiting).toMatchObject(loggedOut);
  await vi.waitFor(() => expect([...alive]).toEqual([]));
  expect([...storage.values()]).toMatchObject([{ out: true }]);
  expect(other.session()).toBeUndefined();
});

test("a login after it, in either, is one in both", async () => {
  const { one, other } = twoCopies();
  await one.login();
  await one.logout();
  await other.login();
  expect(one.session()?.sessionId).toBe("session-2");
  expect(await one.request({ path: "/orders" })).toMatchObject({ data: { session: "session-2" } });
});

test("a session taken from the other that turns out to be over costs one login, and the request succeeds", async () => {
  const late = gate();
  const fake = twoCopies(({ route, session }) =>
    route === "GET /slow" && session === "session-1"
      ? late.opened.then((): FakeAnswer => ({ statusCode: 403, data: { message: "Forbidden" } }))
      : undefined,
  );
  await fake.one.login();
  const slow = fake.one.request({ path: "/slow" });
  fake.revoke();
  await fake.other.request({ path: "/orders" });
  // What the other has put into storage is over as well.
  fake.revoke();
  late.open();
  expect(await slow).toMatchObject({ statusCode: 200, data: { session: "session-3" } });
  expect(fake.phone.codes).toBe(3);
});

import { afterEach, expect, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const { username, password, userId } = sample;

let stack: StackOnLaptop;
afterEach(() => stack.close());

test("without a verifier the first login makes a userId, and passwords are turned away", async () => {
  stack = await startStackOnLaptop({ environment: { VERIFIER_FUNCTION: "none" } });
  const logIn = (user: string) => stack.login({ code: stack.simulator.login(user) });
  const first = await logIn("alice");
  expect(first.body).toMatchObject({ userId: expect.stringMatching(/^u_[\w-]{22}$/), newBinding: true });
  expect((await logIn("alice")).body).toMatchObject({ userId: first.body.userId, newBinding: false });
  expect((await logIn("bob")).body.userId).not.toBe(first.body.userId);

  const withPassword = await stack.login({ code: stack.simulator.login("alice"), username, password });
  expect(withPassword.body).toMatchObject({ code: "invalid_request", fields: ["username", "password"] });
});

test("an account may have several WeChat identities, unless the owner allows one per AppId", async () => {
  stack = await startStackOnLaptop();
  const logIn = (user: string) => stack.login({ code: stack.simulator.login(user), username, password });
  expect((await logIn("phone of alice")).body.userId).toBe(userId);
  expect((await logIn("phone of her husband")).body.userId).toBe(userId);
  await stack.close();

  stack = await startStackOnLaptop({ environment: { IDENTITIES_PER_ACCOUNT: "one-per-app" } });
  const phone = await logIn("phone of alice");
  expect(phone.body.userId).toBe(userId);
  expect((await logIn("phone of alice")).body.userId).toBe(userId);
  const other = await logIn("phone of her husband");
  expect(other).toMatchObject({
    status: 409,
    body: { code: "account_already_bound", action: "contact_support" },
  });

  await stack.call("DELETE /binding", { session: phone.body.sessionId });
  expect((await logIn("phone of her husband")).body).toMatchObject({ userId, newBinding: true });
});

test("a unionid is kept when WeChat sends it, filled in later, and never a login key", async () => {
  stack = await startStackOnLaptop();
  await stack.login({ code: stack.simulator.login("alice"), username, password });
  const unionid = async () => {
    const { bindings } = await stack.admin({ action: "bindings.find", of: { userId } });
    return bindings[0]?.unionid;
  };
  expect(await unionid()).toBeUndefined();

  // The owner binds the mini-program to an Open Platform account: from now on WeChat sends unionids.
  stack.simulator.app(sample.appId, { owner: "open platform" });
  await stack.login({ code: stack.simulator.login("alice") });
  expect(await unionid()).toBe(stack.simulator.user("alice").identities[0]?.unionid);
  expect(await unionid()).toMatch(/.{20,}/);
});

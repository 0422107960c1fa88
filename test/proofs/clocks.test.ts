import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { addAccount, type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const functions = ["Login", "Session", "Admin", "Verifier", "Authorizer"];
const password = "the right password";
const newPassword = "another password";

/** Makes `Date` of one function, in its own processes, so many milliseconds ahead of everybody else's. */
function clockAhead(fn: string, milliseconds: number): string {
  const script = [
    `if(process.env.AWS_LAMBDA_FUNCTION_NAME?.includes("${fn}")){`,
    `const Real=Date,off=${milliseconds};`,
    "globalThis.Date=class extends Real{",
    "constructor(...args){args.length?super(...args):super(Real.now()+off)}",
    "static now(){return Real.now()+off}}}",
  ].join("");
  return `--import=data:text/javascript,${encodeURIComponent(script)}`;
}

const apart = functions.flatMap((fn) => inject("clockOffsets").map((ms) => ({ fn, ms })));

describe.each(apart)("with the clock of $fn $ms ms ahead", ({ fn, ms }) => {
  let stack: StackOnLaptop;
  let people = 0;
  beforeAll(async () => {
    stack = await startStackOnLaptop({ environment: { NODE_OPTIONS: clockAhead(fn, ms) } });
  });
  afterAll(() => stack.close());

  const logIn = (name: string, credentials?: { username: string; password: string }) =>
    stack.login({ code: stack.simulator.login(name), ...credentials });
  const statusOf = async (session: string) => (await stack.call("GET /session", { session })).status;

  /** Somebody with an account, bound, with a session. */
  async function person() {
    const name = `person ${++people}`;
    const account = { username: name, password, userId: `u_${people}` };
    await addAccount(stack.laptop, account);
    const { body } = await logIn(name, { username: name, password });
    expect(await statusOf(body.sessionId)).toBe(200);
    return { ...account, session: String(body.sessionId) };
  }

  /** Silently, or by password: at once, and with a session that works. */
  async function expectLoggedIn(name: string, credentials?: { username: string; password: string }) {
    const answer = await logIn(name, credentials);
    expect(answer).toMatchObject({ status: 200 });
    expect(await statusOf(answer.body.sessionId)).toBe(200);
  }

  test("what is revoked is refused on the next request, and logging in again works at once", async () => {
    const { username, userId, session } = await person();
    await stack.admin({ action: "sessions.revoke", of: { userId } });
    expect(await statusOf(session)).toBe(403);
    await expectLoggedIn(username);
  });

  test("what its owner ends or unbinds, too", async () => {
    const { username, session } = await person();
    expect((await stack.call("DELETE /sessions", { session })).status).toBe(204);
    expect(await statusOf(session)).toBe(403);
    const again = String((await logIn(username)).body.sessionId);
    expect((await stack.call("DELETE /binding", { session: again })).status).toBe(204);
    expect(await statusOf(again)).toBe(403);
    expect((await logIn(username)).body.code).toBe("binding_required");
    await expectLoggedIn(username, { username, password });
  });

  test("who is disabled, and enabled again", async () => {
    const { username, session } = await person();
    await stack.admin({ action: "accounts.disable", account: username });
    expect(await statusOf(session)).toBe(403);
    expect((await logIn(username)).body.code).toBe("account_disabled");
    await stack.admin({ action: "accounts.enable", account: username });
    expect(await statusOf(session)).toBe(403);
    await expectLoggedIn(username);
  });

  test("who gets a new password, or is removed and added again", async () => {
    const { username, userId, session } = await person();
    await stack.admin({ action: "accounts.passwd", account: username, password: newPassword });
    expect(await statusOf(session)).toBe(403);
    expect((await logIn(username)).body.code).toBe("binding_required");
    await expectLoggedIn(username, { username, password: newPassword });

    const silent = String((await logIn(username)).body.sessionId);
    await stack.admin({ action: "accounts.remove", account: username });
    await addAccount(stack.laptop, { username, password, userId });
    expect(await statusOf(silent)).toBe(403);
    expect((await logIn(username)).body.code).toBe("binding_required");
    await expectLoggedIn(username, { username, password });
  });
});

import { expect } from "vitest";
import type { AdminRequest } from "../../contract/operator-actions.ts";
import { boundTo } from "./bound-to.ts";
import { type Answer, addAccount, type StackOnLaptop, scan } from "./stack-on-laptop.ts";

/** Somebody with an account of their own. The latest of their passwords and sessions are at the end. */
export interface Person {
  readonly name: string;
  readonly userId: string;
  readonly passwords: string[];
  readonly sessions: string[];
}

/** Something that people or operators do, and that a function may die in. */
export interface Act {
  /** What has to be before; returns what does it, and does it again where it was cut short. */
  prepare(stack: StackOnLaptop, person: Person): Promise<() => Promise<unknown>>;
  /** Once it was cut short: it is done to its end, nobody has more access than that leaves, and the person may log in. */
  settle(stack: StackOnLaptop, person: Person): Promise<void>;
  /** How many sessions it may leave behind. */
  readonly opens: 0 | 1;
}

export const credentialsOf = ({ name, passwords }: Person) => ({
  username: name,
  password: passwords.at(-1) ?? "",
});

export function logIn(stack: StackOnLaptop, person: Person, fields: object = {}): Promise<Answer> {
  return stack.login({ code: stack.simulator.login(person.name), ...fields });
}

export async function newPerson(stack: StackOnLaptop, name: string): Promise<Person> {
  const person: Person = { name, userId: `u_${name}`, passwords: ["the first password"], sessions: [] };
  await addAccount(stack.laptop, { ...credentialsOf(person), userId: person.userId });
  return person;
}

/** Logs in with the right password: it works at once, and so does the session, which is returned. */
export async function loggedIn(stack: StackOnLaptop, person: Person): Promise<string> {
  const answer = await logIn(stack, person, credentialsOf(person));
  expect(answer, person.name).toMatchObject({ status: 200, body: { userId: person.userId } });
  const session = String(answer.body.sessionId);
  expect((await stack.call("GET /hello", { session })).status).toBe(200);
  person.sessions.push(session);
  return session;
}

/** A binding is whole: what the identity says, its account says too. */
export async function expectWhole(stack: StackOnLaptop, person: Person): Promise<void> {
  const { byIdentity, byAccounts } = await boundTo(stack, person.name);
  expect(byIdentity, person.name).toEqual(byAccounts);
  expect([[], [person.userId]]).toContainEqual(byIdentity);
}

/** Sessions of this person, dead ones too. */
export async function countSessions(stack: StackOnLaptop, { userId }: Person): Promise<number> {
  return (await scan(stack.laptop, "Sessions")).filter((row) => row.userId?.S === userId).length;
}

async function expectRefused(stack: StackOnLaptop, sessions: readonly string[]): Promise<void> {
  for (const session of sessions) expect((await stack.call("GET /session", { session })).status).toBe(403);
}

const unbound = async (stack: StackOnLaptop, person: Person) => {
  const { body } = await logIn(stack, person, credentialsOf(person));
  await stack.call("DELETE /binding", { session: body.sessionId });
};

/** A login: whatever has become of it, the next one works. */
const login = (prepare: Act["prepare"]): Act => ({ prepare, async settle() {}, opens: 1 });

/** What the owner of a session ends by it. A second time it is done, or the session is over. */
const ending = (route: string): Act => ({
  opens: 0,
  async prepare(stack, person) {
    const session = await loggedIn(stack, person);
    return () => stack.call(route, { session });
  },
  async settle(stack, { sessions }) {
    const last = sessions.at(-1) ?? "";
    expect([204, 403]).toContain((await stack.call(route, { session: last })).status);
    // Logging out of one device leaves the others.
    await expectRefused(stack, route === "DELETE /session" ? [last] : sessions);
  },
});

/** What an operator does is finished by doing it again. */
const operation = (
  request: (person: Person) => AdminRequest,
  afterwards: (stack: StackOnLaptop, person: Person) => Promise<unknown> = async () => {},
): Act => ({
  opens: 0,
  async prepare(stack, person) {
    await loggedIn(stack, person);
    return () => stack.admin(request(person));
  },
  async settle(stack, person) {
    const answer = await stack.admin(request(person));
    // An account that is gone has been removed.
    if (answer.refused) expect(answer.refused).toBe("no_such_account");
    await expectRefused(stack, person.sessions);
    await afterwards(stack, person);
  },
});

/** The first ones are in every run, so they are each of another kind. */
export const acts: Readonly<Record<string, Act>> = {
  "first login": login(async (stack, person) => {
    await unbound(stack, person);
    return () => logIn(stack, person, credentialsOf(person));
  }),
  unbinding: ending("DELETE /binding"),
  "accounts passwd": {
    opens: 0,
    async prepare(stack, person) {
      await loggedIn(stack, person);
      const password = `password ${person.passwords.length + 1}`;
      person.passwords.push(password);
      return () => stack.admin({ action: "accounts.passwd", account: person.name, password });
    },
    async settle(stack, person) {
      const { password } = credentialsOf(person);
      const answer = await stack.admin({ action: "accounts.passwd", account: person.name, password });
      expect(answer).not.toHaveProperty("refused");
      await expectRefused(stack, person.sessions);
      const former = { username: person.name, password: person.passwords.at(-2) };
      expect((await logIn(stack, person, former)).body.code).toBe("invalid_credentials");
    },
  },
  "silent login": login(async (stack, person) => {
    await loggedIn(stack, person);
    return () => logIn(stack, person);
  }),
  "login with a ticket": login(async (stack, person) => {
    await unbound(stack, person);
    const { bindTicket } = (await logIn(stack, person)).body;
    return () => stack.login({ bindTicket, ...credentialsOf(person) });
  }),
  logout: ending("DELETE /session"),
  "logout everywhere": ending("DELETE /sessions"),
  "sessions revoke": operation(({ userId }) => ({ action: "sessions.revoke", of: { userId } })),
  "bindings remove": operation(({ userId }) => ({ action: "bindings.remove", of: { userId } })),
  "accounts disable": operation(
    ({ name }) => ({ action: "accounts.disable", account: name }),
    async (stack, person) => {
      expect((await logIn(stack, person, credentialsOf(person))).body.code).toBe("account_disabled");
      await stack.admin({ action: "accounts.enable", account: person.name });
    },
  ),
  "accounts remove": operation(
    ({ name }) => ({ action: "accounts.remove", account: name }),
    async (stack, person) => {
      expect((await logIn(stack, person, credentialsOf(person))).body.code).toBe("invalid_credentials");
      await addAccount(stack.laptop, { ...credentialsOf(person), userId: person.userId });
    },
  ),
};

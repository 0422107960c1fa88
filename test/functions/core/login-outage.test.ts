import { describe, expect, test } from "vitest";
import type { LoginRequest } from "../../../functions/core/login-attempt.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import {
  alice,
  type LoginWorld,
  loggedIn,
  loginWorld,
  type Operation,
  ticketIn,
  zhangsan,
} from "../../support/fakes.ts";

const mistyped = { ...zhangsan, password: "pwd12345" };

const silent = async ({ bindings, withCode }: LoginWorld) => {
  bindings.put(alice);
  return withCode(alice);
};
const unbound = async ({ withCode }: LoginWorld) => withCode(alice);
const first = async ({ withCode }: LoginWorld) => withCode(alice, zhangsan);
const wrong = async ({ withCode }: LoginWorld) => withCode(alice, mistyped);
const byTicket = async ({ login, withCode, withTicket }: LoginWorld) =>
  withTicket(ticketIn(await login(withCode(alice))), zhangsan);

async function withAliceTicket() {
  const world = loginWorld();
  return { ...world, ticket: ticketIn(await world.login(world.withCode(alice))) };
}

const outage = () => new StoreUnavailable("DynamoDB", new Error("throttled"));

describe("a store that does not answer is thrown, and is never a refusal", () => {
  test.each<[Operation, string, (world: LoginWorld) => Promise<LoginRequest>]>([
    ["wechat.exchange", "a silent login", silent],
    ["bindings.find", "a silent login", silent],
    ["sessions.open", "a silent login", silent],
    ["tickets.create", "the silent login of an unbound identity", unbound],
    ["counters.charge", "a first login", first],
    ["verifier.verify", "a first login", first],
    ["accounts.find", "a first login", first],
    ["bindings.find", "a first login", first],
    ["bindings.bind", "a first login", first],
    ["tickets.create", "a wrong password", wrong],
    ["tickets.takeAttempt", "a login by ticket", byTicket],
    ["bindings.bind", "a login by ticket", byTicket],
  ])("%s in %s leaves no session", async (operation, _login, prepare) => {
    const world = loginWorld();
    const request = await prepare(world);
    const error = outage();
    world.journal.breaks(operation, error);
    await expect(world.login(request)).rejects.toBe(error);
    expect(world.journal.operations).toContain(operation);
    expect(world.sessions.rows.size).toBe(0);
  });

  test.each<[Operation, (world: LoginWorld) => Promise<LoginRequest>]>([
    ["counters.charge", first],
    ["verifier.verify", first],
    ["bindings.find", first],
    ["bindings.bind", first],
    ["tickets.takeAttempt", byTicket],
  ])("%s leaves the bindings as they were", async (operation, prepare) => {
    const world = loginWorld();
    const request = await prepare(world);
    world.journal.breaks(operation, outage());
    await expect(world.login(request)).rejects.toThrow(StoreUnavailable);
    expect(world.bindings.items.size + world.bindings.accounts.size).toBe(0);
  });
});

describe("after an outage", () => {
  test("of the counters the verifier has not been asked", async () => {
    const { login, withCode, journal, asked, hasher } = loginWorld();
    journal.breaks("counters.charge", outage());
    await expect(login(withCode(alice, zhangsan))).rejects.toThrow(StoreUnavailable);
    expect(asked).toEqual([]);
    expect(hasher.checked).toEqual([]);
  });

  test("of the verifier nothing says that the password was wrong, and no ticket is issued", async () => {
    const { login, withCode, journal, tickets } = loginWorld();
    journal.breaks("verifier.verify", outage());
    await expect(login(withCode(alice, mistyped))).rejects.toThrow(StoreUnavailable);
    expect(tickets.items.size).toBe(0);
  });

  test("whose reply was lost, a session that nobody knows of is the only trace", async () => {
    const { login, withCode, bindings, sessions } = loginWorld();
    bindings.put(alice);
    const { open } = sessions;
    sessions.open = async (session) => {
      await open(session);
      throw outage();
    };
    await expect(login(withCode(alice))).rejects.toThrow(StoreUnavailable);
    expect(sessions.rows.size).toBe(1);
    sessions.open = open;
    loggedIn(await login(withCode(alice)));
    expect(sessions.rows.size).toBe(2);
  });

  test("of the bind the same ticket and password log in", async () => {
    const { login, withTicket, ticket, journal, sessions } = await withAliceTicket();
    journal.meanwhile("bindings.bind", () => {
      throw outage();
    });
    await expect(login(withTicket(ticket, zhangsan))).rejects.toThrow(StoreUnavailable);
    expect(loggedIn(await login(withTicket(ticket, zhangsan))).userId).toBe("user-1");
    expect(sessions.rows.size).toBe(1);
  });

  test("of the counters, where there is something to give back, who knows the password is logged in", async () => {
    const { login, withCode, journal, counters } = loginWorld();
    journal.breaks("counters.giveBack", outage());
    expect(await login(withCode(alice, zhangsan))).toMatchObject({
      userId: "user-1",
      facts: { notGivenBack: true },
    });
    expect([...counters.counts.values()]).toEqual([1, 1, 1]);
  });

  test("of what remembers a unionid, the session that nobody knows of is the only trace", async () => {
    const { login, withCode, bindings, journal, sessions } = loginWorld();
    bindings.put(alice);
    journal.breaks("bindings.rememberUnionid", outage());
    await expect(login(withCode({ ...alice, unionid: "uAlice" }))).rejects.toThrow(StoreUnavailable);
    expect(sessions.rows.size).toBe(1);
  });

  test("an error that is no outage is thrown as it is", async () => {
    const { login, withCode, journal } = loginWorld();
    const bug = new TypeError("a bug");
    journal.breaks("counters.giveBack", bug);
    await expect(login(withCode(alice, zhangsan))).rejects.toBe(bug);
    journal.breaks("wechat.exchange", bug);
    await expect(login(withCode(alice))).rejects.toBe(bug);
  });
});

import { describe, expect, test } from "vitest";
import { PhoneCodeSpent } from "../../../functions/core/phone-number.ts";
import { refused, StoreUnavailable } from "../../../functions/core/refusal.ts";
import {
  alice,
  bob,
  cafe,
  loggedIn,
  loginWorld,
  noon,
  type Operation,
  refusalOf,
  tables,
  ticketIn,
  told,
  zhangsan,
} from "../../support/fakes.ts";

const number = "+8613800138000";
const outage = new StoreUnavailable("DynamoDB", "down");

/** Zhang San has the number. */
function phoneWorld(settings: Parameters<typeof loginWorld>[0] = {}) {
  const world = loginWorld({ phone: {}, ...settings });
  world.accounts.put({ ...zhangsan, userId: "user-1", phoneNumber: number });
  return world;
}

describe("an unbound identity", () => {
  test("is bound to the account with its number, once it is counted and WeChat has told it", async () => {
    const world = phoneWorld();
    const result = loggedIn(await world.login(world.withPhone(alice, number)));
    expect(result).toMatchObject({ userId: "user-1", newBinding: true });
    expect(world.journal.operations).toEqual([
      "wechat.exchange",
      "bindings.find",
      "counters.charge",
      "counters.charge",
      "wechat.exchangePhoneCode",
      "accounts.findByPhoneNumber",
      "bindings.bind",
    ]);
    expect(world.bindings.of(alice)).toMatchObject({ userId: "user-1" });
  });

  test("without a ticket, a number to keep or a rule for its next holder is bound without any", async () => {
    const world = phoneWorld({ phone: { nextHolder: "bind" } });
    const { bind } = world.bindings;
    world.bindings.bind = (asked) => {
      expect(Object.keys(asked).sort()).toEqual(["account", "generation", "person", "session", "userId"]);
      return bind(asked);
    };
    loggedIn(await world.login(world.withPhone(alice, number)));
    expect.assertions(1);
  });

  test("with a ticket uses it up", async () => {
    const world = phoneWorld();
    const ticket = ticketIn(await world.login(world.withCode(alice)));
    loggedIn(await world.login(world.withPhone(alice, number, ticket)));
    expect(world.tickets.items.size).toBe(0);
  });

  test("is told of a number that nobody has, with a ticket that a password may come with", async () => {
    const world = phoneWorld();
    const result = await world.login(world.withPhone(alice, "+8613800138001"));
    expect(told(result)).toEqual({ refused: "binding_required", bindTicket: ticketIn(result) });
    const bound = await world.login(world.withTicket(ticketIn(result), zhangsan));
    expect(loggedIn(bound).userId).toBe("user-1");
  });

  test("leaves nothing of the number with keepNumber off, and with it on the identity has it", async () => {
    for (const keepNumber of [false, true]) {
      const world = phoneWorld({ phone: { keepNumber } });
      loggedIn(await world.login(world.withPhone(alice, number)));
      const [item] = world.bindings.items.values();
      expect(item?.phoneNumber).toBe(keepNumber ? number : undefined);
      const [account] = world.bindings.accounts.values();
      expect(JSON.stringify(account)).not.toContain(number);
      await world.bindings.unbind(alice);
      expect([...world.bindings.items.values()][0]).not.toHaveProperty("phoneNumber");
    }
  });

  test("whose risk is too high is refused before anything is paid for", async () => {
    const world = phoneWorld();
    Object.assign(world.deps, { risk: async () => refused("wechat_user_blocked") });
    expect(refusalOf(await world.login(world.withPhone(alice, number)))).toBe("wechat_user_blocked");
    expect(world.phones.exchanges).toBe(0);
    expect(world.counters.counts.size).toBe(0);
  });
});

describe("a binding decides first", () => {
  test("and logs in without the phone code", async () => {
    const world = phoneWorld();
    world.bindings.put(alice, { userId: "user-2" });
    const result = loggedIn(await world.login(world.withPhone(alice, number)));
    expect(result).toMatchObject({ userId: "user-2", newBinding: false });
    expect(world.phones.exchanges).toBe(0);
  });

  test("or refuses who is disabled", async () => {
    const world = phoneWorld();
    world.bindings.put(alice, { userId: "user-1", disabled: true });
    expect(told(await world.login(world.withPhone(alice, number)))).toEqual({ refused: "account_disabled" });
    expect(world.phones.exchanges).toBe(0);
  });

  test("also one to the same account, made meanwhile by a login that was faster", async () => {
    const world = phoneWorld();
    world.journal.meanwhile("bindings.bind", () => world.bindings.put(alice));
    const result = loggedIn(await world.login(world.withPhone(alice, number)));
    expect(result).toMatchObject({ userId: "user-1", newBinding: false });
  });

  test("and where it was made and has ended meanwhile, another phone code is asked for", async () => {
    const world = phoneWorld();
    world.journal.meanwhile("bindings.bind", () => {
      world.bindings.put(alice, { userId: "user-2" });
      world.journal.meanwhile("bindings.find", () => world.bindings.unbind(alice, "user-2"));
    });
    expect(told(await world.login(world.withPhone(alice, number)))).toMatchObject({
      refused: "access_changed",
      action: "new_phone_code",
    });
  });

  test("also one that another login of the same person makes meanwhile", async () => {
    const world = phoneWorld();
    world.journal.meanwhile("bindings.bind", () => world.bindings.put(alice, { userId: "user-2" }));
    const result = loggedIn(await world.login(world.withPhone(alice, number)));
    expect(result).toMatchObject({ userId: "user-2", newBinding: false });
  });
});

describe("limits", () => {
  test("count before WeChat is asked, per identity and day in China, and are never given back", async () => {
    const world = phoneWorld({ phone: { phoneLimits: { perIdentity: 2, perDay: 100 } } });
    world.time.now = Date.UTC(2025, 0, 15, 15, 59, 30);
    const unknown = () => world.login(world.withPhone(alice, "+8613800138001"));
    expect([refusalOf(await unknown()), refusalOf(await unknown())]).toEqual([
      "binding_required",
      "binding_required",
    ]);
    expect(told(await unknown())).toEqual({ refused: "too_many_attempts", retryAfter: 30 });
    expect(world.phones.exchanges).toBe(2);
    expect(refusalOf(await world.login(world.withPhone(bob, "+8613800138001")))).toBe("binding_required");
    world.time.now += 30_000;
    expect(refusalOf(await unknown())).toBe("binding_required");
  });

  test("of the deployment are WeChat's quota to callers, until midnight in China", async () => {
    const world = phoneWorld({ phone: { phoneLimits: { perIdentity: 5, perDay: 1 } } });
    loggedIn(await world.login(world.withPhone(alice, number)));
    expect(told(await world.login(world.withPhone(bob, number)))).toEqual({
      refused: "quota_exhausted",
      retryAfter: 4 * 3_600,
    });
    expect(world.phones.exchanges).toBe(1);
  });
});

describe("once the phone code has left for WeChat", () => {
  test.each([
    ["invalid_phone_code", {}],
    ["wechat_timeout", {}],
    ["rate_limited", { retryAfter: 60 }],
    ["not_configured", {}],
  ] as const)("%s asks for another one, with a ticket", async (code, details) => {
    const world = phoneWorld();
    const phoneCode = world.phones.code(refused(code, details));
    const result = await world.login({ ...world.withCode(alice), phoneCode });
    expect(told(result)).toEqual({
      refused: code,
      ...details,
      action: "new_phone_code",
      bindTicket: ticketIn(result),
    });
  });

  test.each<Operation>(["accounts.findByPhoneNumber", "bindings.bind"])(
    "an outage at %s says so, with a ticket",
    async (operation) => {
      const world = phoneWorld();
      world.journal.breaks(operation, outage);
      const login = world.login(world.withPhone(alice, number));
      await expect(login).rejects.toThrow(PhoneCodeSpent);
      const error = await login.catch((thrown: PhoneCodeSpent) => thrown);
      expect(error).toMatchObject({ cause: outage, bindTicket: expect.stringMatching(/^[\w-]{43}$/) });
    },
  );

  test("an outage of all stores says so without one, and one with a ticket keeps that", async () => {
    const world = phoneWorld();
    world.journal.breaks("bindings.bind", outage);
    world.journal.breaks("tickets.create", outage);
    await expect(world.login(world.withPhone(alice, number))).rejects.toMatchObject({
      bindTicket: undefined,
    });
    const other = phoneWorld();
    const ticket = ticketIn(await other.login(other.withCode(alice)));
    other.journal.breaks("bindings.bind", outage);
    await expect(other.login(other.withPhone(alice, number, ticket))).rejects.toMatchObject({
      bindTicket: ticket,
    });
  });

  test("one identity per account is told as that, too", async () => {
    const world = phoneWorld({ oneIdentityPerApp: true, phone: { nextHolder: "bind" } });
    loggedIn(await world.login(world.withPhone(alice, number)));
    expect(told(await world.login(world.withPhone(bob, number)))).toEqual({
      refused: "account_already_bound",
    });
  });

  test("a ticket that was used up meanwhile is told with no other one", async () => {
    const world = phoneWorld();
    const ticket = ticketIn(await world.login(world.withCode(alice)));
    const [key] = world.tickets.items.keys();
    world.journal.meanwhile("bindings.bind", () => {
      world.dynamoDb.put(tables.attempts, { key: `ticket#${key}`, expiresAt: noon / 1_000 + 600 });
    });
    expect(told(await world.login(world.withPhone(alice, number, ticket)))).toStrictEqual({
      refused: "invalid_ticket",
      action: "new_phone_code",
    });
  });

  test("what is no outage is thrown as it is where a ticket would be issued", async () => {
    const world = phoneWorld();
    const bug = new TypeError("a bug");
    world.journal.breaks("bindings.bind", outage);
    world.journal.breaks("tickets.create", bug);
    await expect(world.login(world.withPhone(alice, number))).rejects.toBe(bug);
  });

  test("a disabled account is told as that: another phone code would change nothing", async () => {
    const world = phoneWorld();
    world.accounts.put({ ...zhangsan, userId: "user-1", phoneNumber: number, disabled: true });
    expect(told(await world.login(world.withPhone(alice, number)))).toEqual({ refused: "account_disabled" });
  });

  test("before that, whatever fails is told as ever: a token that cannot be had, counters that are down", async () => {
    const world = phoneWorld();
    world.phones.noToken = refused("wechat_busy");
    expect(told(await world.login(world.withPhone(alice, number)))).toEqual({ refused: "wechat_busy" });
    expect(world.phones.exchanges).toBe(0);
    world.phones.noToken = undefined;
    world.journal.breaks("counters.charge", outage);
    await expect(world.login(world.withPhone(alice, number))).rejects.toBe(outage);
  });
});

describe("who has the number next", () => {
  const bind = async (world: ReturnType<typeof phoneWorld>, person = alice, by = number) =>
    refusalOf(await world.login(world.withPhone(person, by))) ?? "bound";
  const until = noon / 1_000 + 86_400;

  test.each([
    ["while the account has an identity", async () => {}],
    ["after that one was unbound", (world: ReturnType<typeof phoneWorld>) => world.bindings.unbind(alice)],
  ])("is refused %s, and told nothing else", async (_, then) => {
    const world = phoneWorld();
    await bind(world);
    await then(world);
    expect(told(await world.login(world.withPhone(bob, number)))).toEqual({ refused: "phone_number_taken" });
    expect(world.bindings.of(bob)).toBeUndefined();
  });

  test("is refused beside an identity that a password has bound", async () => {
    const world = phoneWorld();
    await world.login(world.withCode(alice, zhangsan));
    expect(await bind(world, bob)).toBe("phone_number_taken");
  });

  test("is let in where the one before comes back, in another mini-program, and by a changed number", async () => {
    const world = phoneWorld();
    await bind(world);
    await world.bindings.unbind(alice);
    expect(await bind(world)).toBe("bound");
    await world.bindings.unbind(alice);
    expect(await bind(world, { appId: cafe, openid: bob.openid })).toBe("bound");
    const zhang = await world.accounts.find("zhangsan");
    if (!zhang) throw new Error("There is no Zhang San");
    expect(await world.accounts.setPhoneNumber(zhang, "+8613800138009")).toBe(true);
    expect(await bind(world, bob)).toBe("binding_required");
    expect(await bind(world, bob, "+8613800138009")).toBe("bound");
  });

  test("is let in once where an operator allows it, within the day", async () => {
    const world = phoneWorld();
    await bind(world);
    expect(await world.numberMemory.allowNext("user-1", alice.appId, until)).toBe(true);
    expect(await bind(world, bob)).toBe("phone_number_taken");
    await world.bindings.unbind(alice);
    world.time.now = until * 1_000;
    expect(await bind(world, bob)).toBe("phone_number_taken");
    world.time.now -= 1;
    expect(await bind(world, bob)).toBe("bound");
    await world.bindings.unbind(bob);
    expect(await bind(world, alice)).toBe("phone_number_taken");
    expect(await world.numberMemory.allowNext("nobody", alice.appId, until)).toBe(false);
  });

  test("is let in where the owner has said so", async () => {
    const world = phoneWorld({ phone: { nextHolder: "bind" } });
    expect(await bind(world)).toBe("bound");
    expect(await bind(world, bob)).toBe("bound");
    expect(world.bindings.accountItem("user-1")).not.toHaveProperty(`byNumber:${alice.appId}`);
  });
});

describe("without passwords", () => {
  test("a code alone makes no account, and the verifier is asked twice, around the fence", async () => {
    const asked: string[] = [];
    const phoneVerifier = {
      async verify({ phoneNumber }: { phoneNumber: string }) {
        asked.push(phoneNumber);
        return { userId: "u_new" };
      },
    };
    const world = phoneWorld({ verifier: "none", phone: { phoneVerifier } });
    expect(refusalOf(await world.login(world.withCode(alice)))).toBe("binding_required");
    expect(loggedIn(await world.login(world.withPhone(alice, number))).userId).toBe("u_new");
    expect(asked).toEqual([number, number]);
    expect(world.journal.operations).toContain("bindings.fenceOf");
    expect(world.dynamoDb.items(tables.sessions)).toHaveLength(1);
  });
});

test("a verifier of the owner's is asked twice also where it says generations", async () => {
  let asked = 0;
  const phoneVerifier = {
    isOwners: true,
    async verify() {
      asked += 1;
      return { userId: "user-1", generation: 0 };
    },
  };
  const world = phoneWorld({ phone: { phoneVerifier } });
  loggedIn(await world.login(world.withPhone(alice, number)));
  expect(asked).toBe(2);
});

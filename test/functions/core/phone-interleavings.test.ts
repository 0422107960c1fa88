import { describe, expect, test } from "vitest";
import * as administration from "../../../functions/core/account-administration.ts";
import { authorize } from "../../../functions/core/authorize.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { login } from "../../../functions/core/login.ts";
import { isRefusal } from "../../../functions/core/refusal.ts";
import { alice, bob, fakeHasher, loggedIn, loginWorld, noon, zhangsan } from "../../support/fakes.ts";
import { everyInterleaving, type Schedule } from "../../support/interleavings.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";

const number = "+8613800138000";
const another = "+8613800138001";
const carol = { ...alice, openid: "oCarol" };

/** Zhang San has the number, which has let in Carol; she is bound by it or not any more. */
async function world(carolIs: "bound" | "unbound" | "unknown", schedule: Schedule) {
  const limits = { perIdentity: 0, perSourceIp: 0, perUsername: 0 };
  // What is counted is nothing that two logins share here, and would double the orders.
  const counters = { charge: async () => 1 };
  const stage = loginWorld({ limits, phone: { counters }, before: schedule.gate });
  const { deps, accounts, directory, revocations } = stage;
  accounts.put({ ...zhangsan, userId: "user-1", phoneNumber: number });
  if (carolIs !== "unknown") loggedIn(await login(stage.withPhone(carol, number), deps));
  if (carolIs === "unbound") await stage.bindings.unbind(carol);
  const builtIn: administration.BuiltInAccountDeps = {
    accounts,
    directory,
    revocations,
    hashes: { ...fakeHasher(), isHash: () => true },
    random: seededRandom("admin"),
  };
  const zhang = await accounts.find("zhangsan");
  if (!zhang) throw new Error("There is no Zhang San");
  return {
    ...stage,
    builtIn,
    zhang,
    byNumber: (person = alice, by = number) => login(stage.withPhone(person, by), deps),
    bound: () => [alice, bob, carol].filter((person) => stage.bindings.of(person)?.userId === "user-1"),
    isAllowed: async (sessionId: string) =>
      (await authorize(sessionId, stage.read, () => noon)) !== undefined,
  };
}

type World = Awaited<ReturnType<typeof world>>;

/** The account's list is of those who are bound, and an open session of one of them. */
async function expectWhole(w: World, results: readonly unknown[]): Promise<void> {
  const listed = w.bindings.accountItem("user-1")?.[`identities:${alice.appId}`];
  const keys = listed instanceof Set ? [...listed] : [];
  expect(keys.map((key) => Buffer.from(key).toString("hex")).sort()).toEqual(
    w
      .bound()
      .map((person) => Buffer.from(identityKey(person)).toString("hex"))
      .sort(),
  );
  for (const result of results) {
    if (typeof result !== "object" || result === null || !("sessionId" in result)) continue;
    const allowed = await w.isAllowed(String(result.sessionId));
    const isBound = w.bound().some((person) => String(result.sessionId).startsWith(prefixOf(person)));
    if (allowed) expect(isBound).toBe(true);
  }
}

/** The whole characters of a SessionId that name its identity. */
function prefixOf(person: typeof alice): string {
  return Buffer.from(identityKey(person)).toString("base64url").slice(0, 21);
}

describe("a bind by number, in every order with", () => {
  test("a change of the number: who is bound by the old one was bound before it", async () => {
    const orders = await everyInterleaving(async (schedule) => {
      const w = await world("unknown", schedule);
      const results = await schedule.run<unknown>([
        () => w.byNumber(),
        () => w.accounts.setPhoneNumber(w.zhang, another),
      ]);
      await expectWhole(w, results);
      expect(results[1]).toBe(true);
      // From here on the old number opens nothing, and the new one is Zhang San's.
      const bobs = await w.byNumber(bob);
      expect(isRefusal(bobs) && bobs.refused).toBe("binding_required");
      const row = await w.accounts.findByPhoneNumber(another);
      const item = w.bindings.accountItem("user-1");
      expect(item?.generation).toBe(row?.generation);
    });
    expect(orders).toBeGreaterThan(2);
  });

  test("the number's way to another account: nobody is bound to one that does not have it", async () => {
    await everyInterleaving(async (schedule) => {
      const w = await world("unknown", schedule);
      const lisi = await w.accounts.find("lisi");
      if (!lisi) throw new Error("There is no Li Si");
      const [result] = await schedule.run<unknown>([
        () => w.byNumber(),
        async () => {
          await w.accounts.setPhoneNumber(w.zhang, undefined);
          await w.accounts.setPhoneNumber(lisi, number);
        },
      ]);
      const userId = w.bindings.of(alice)?.userId;
      expect(["user-1", "user-2", undefined]).toContain(userId);
      if (typeof result === "object" && result !== null && "userId" in result) {
        expect(result.userId).toBe(userId);
      }
      expect((await w.accounts.findByPhoneNumber(number))?.userId).toBe("user-2");
    });
  });

  test("another identity's bind by it: one of them", async () => {
    const orders = await everyInterleaving(async (schedule) => {
      const w = await world("unknown", schedule);
      const results = await schedule.run<unknown>([() => w.byNumber(alice), () => w.byNumber(bob)]);
      expect(w.bound()).toHaveLength(1);
      await expectWhole(w, results);
    });
    expect(orders).toBeGreaterThan(2);
  });

  test("a bind by password: a number comes beside no identity, and a password beside any", async () => {
    await everyInterleaving(async (schedule) => {
      const w = await world("unknown", schedule);
      const [byNumber, byPassword] = await schedule.run([
        () => w.byNumber(alice),
        () => login(w.withCode(bob, zhangsan), w.deps),
      ]);
      expect(byPassword && isRefusal(byPassword)).toBe(false);
      expect(w.bound()).toHaveLength(byNumber && isRefusal(byNumber) ? 1 : 2);
      await expectWhole(w, [byNumber, byPassword]);
    });
  });

  test("the same person's bind by password to another account: one binding, and both log in or are told", async () => {
    await everyInterleaving(async (schedule) => {
      const w = await world("unknown", schedule);
      const results = await schedule.run([
        () => w.byNumber(alice),
        () => login(w.withCode(alice, { username: "lisi", password: "iloveluna" }), w.deps),
      ]);
      const userId = w.bindings.of(alice)?.userId;
      for (const result of results) {
        if (isRefusal(result)) expect(result.refused).toBe("already_bound");
        else expect(result.userId).toBe(userId);
      }
    });
  });

  test("an unbinding of whom the number has let in: who comes after it is refused too", async () => {
    await everyInterleaving(async (schedule) => {
      const w = await world("bound", schedule);
      const [result] = await schedule.run<unknown>([() => w.byNumber(alice), () => w.bindings.unbind(carol)]);
      expect(result).toMatchObject({ refused: "phone_number_taken" });
      expect(w.bound()).toEqual([]);
      await expectWhole(w, []);
    });
  });

  test("an operator's leave: one bind at most, and the next is refused", async () => {
    const outcomes = new Set<boolean>();
    await everyInterleaving(async (schedule) => {
      const w = await world("unbound", schedule);
      const [first, second] = await schedule.run<unknown>([
        () => w.byNumber(alice),
        () => w.byNumber(bob),
        () => w.numberMemory.allowNext("user-1", alice.appId, noon / 1_000 + 60),
      ]);
      const binds = [first, second].filter(
        (result) => typeof result === "object" && result !== null && "sessionId" in result,
      );
      expect(binds.length).toBeLessThanOrEqual(1);
      expect(w.bound()).toHaveLength(binds.length);
      outcomes.add(binds.length === 1);
      await expectWhole(w, [first, second]);
    });
    expect(outcomes).toEqual(new Set([true, false]));
  });

  test.each([
    ["a new password", (w: World) => administration.changePassword(w.zhang, "another one", w.builtIn)],
    ["the account's disabling", (w: World) => administration.disable(w.zhang, w.builtIn)],
    ["its bindings' removal", (w: World) => administration.unbindUser("user-1", w.builtIn)],
    ["its removal", (w: World) => administration.remove(w.zhang, w.builtIn)],
  ])("%s: what was shut stays shut", async (what, act) => {
    await everyInterleaving(async (schedule) => {
      const w = await world("unknown", schedule);
      const [result] = await schedule.run<unknown>([() => w.byNumber(alice), () => act(w)]);
      await expectWhole(w, [result]);
      if (what === "its removal" || what === "the account's disabling") {
        if (typeof result === "object" && result !== null && "sessionId" in result) {
          expect(await w.isAllowed(String(result.sessionId))).toBe(false);
        }
      }
    });
  });
});

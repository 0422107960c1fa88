import { dayInChina } from "../../../functions/core/day-in-china.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import type { Item } from "../dynamodb-expressions.ts";
import { tables } from "../fakes.ts";
import type { SimulatedDynamoDb } from "../simulated-dynamodb.ts";
import type { ApiAnswer } from "./answer-checks.ts";
import { phoneLimits } from "./environments.ts";
import type { Invocation } from "./network.ts";
import { nextHolderChecks } from "./next-holder-checks.ts";
import type { Setup } from "./schedule.ts";
import { hex, type IdentityChange } from "./table-checks.ts";
import { codeLifetimeMs, type PressedCode } from "./wechat-phone-codes.ts";
import type { Caller } from "./wechat-tokens.ts";

/** What is said of a phone login though its code is spent, because another code would only be told the same. */
const lasting = ["binding_required", "account_disabled", "account_already_bound", "phone_number_taken"];
const taken = "a phone number has two accounts, or half of one";

/** Phone codes and numbers: who may learn them, how often WeChat is asked, and whom they let in. */
export function phoneChecks(
  { phone, verifier, clocks }: Setup,
  dynamoDb: SimulatedDynamoDb,
  now: () => number,
  violated: (what: string) => void,
) {
  const limits = phone && phoneLimits(phone);
  // Where clocks are apart a day begins twice.
  const days = clocks.some((ms) => ms !== clocks[0]) ? 2 : 1;
  const spent = new Map<string, number>();
  const spentBy = new WeakMap<Invocation, Map<string, PressedCode | undefined>>();
  const toldOf = new Map<string, Set<string>>();
  const timesSent = new Map<string, number>();
  const removed = new Map<string, string>();
  const nextHolders = nextHolderChecks(phone?.nextHolder, clocks, now, violated);

  function count(counter: string, limit: number): void {
    const times = (spent.get(counter) ?? 0) + 1;
    spent.set(counter, times);
    if (times > limit * days) violated("WeChat is asked for more numbers than the limit says");
  }

  function toldTo(by: Invocation): PressedCode | undefined {
    return [...(spentBy.get(by)?.values() ?? [])].at(-1);
  }

  /** The account that a number opens, as the Accounts table says; it must say it both ways. */
  function holders(): ReadonlyMap<string, string> {
    const rows = new Map(dynamoDb.items(tables.accounts).map((row) => [String(row.key), row]));
    const found = new Map<string, string>();
    for (const [key, row] of rows) {
      if (key.startsWith("phone#")) {
        const number = key.slice("phone#".length);
        const holder = rows.get(row.username ? `username#${row.username}` : `userId#${row.userId}`);
        if (holder?.phoneNumber !== number) violated(taken);
        found.set(number, String(row.username ? holder?.userId : row.userId));
      } else if (row.phoneNumber !== undefined) {
        const number = rows.get(`phone#${row.phoneNumber}`);
        const isTheirs = row.username
          ? number?.username === row.username
          : `userId#${number?.userId}` === key;
        if (!isTheirs) violated(taken);
      }
    }
    return found;
  }

  function checkKept(bindings: ReadonlyMap<string, Item>): void {
    for (const [key, { phoneNumber, userId }] of bindings) {
      if (phoneNumber === undefined) continue;
      if (!phone?.keepNumber) violated("a number is kept that nobody wants kept");
      if (userId === undefined) violated("a number is kept of an identity without an account");
      if (!toldOf.get(key)?.has(String(phoneNumber))) violated("an identity has the number of somebody else");
    }
  }

  return {
    /** A person is about to send it. */
    sends(phoneCode: string): void {
      timesSent.set(phoneCode, (timesSent.get(phoneCode) ?? 0) + 1);
    },

    /** Whether WeChat must have taken it, sent once by now and by whoever has this identity. */
    isFresh(
      phoneCode: string,
      pressed: PressedCode | undefined,
      person: { readonly appId: string; readonly openid: string },
    ): boolean {
      return (
        timesSent.get(phoneCode) === 1 &&
        pressed?.openid === person.openid &&
        pressed.appId === person.appId &&
        now() - pressed.pressedAt < codeLifetimeMs - 60_000
      );
    },

    /** At WeChat. */
    spent({ by }: Caller, phoneCode: string, told: PressedCode | undefined): void {
      if (!by) return;
      const before = spentBy.get(by) ?? new Map<string, PressedCode | undefined>();
      if (before.has(phoneCode)) violated("a phone code is sent to WeChat twice");
      spentBy.set(by, before.set(phoneCode, told));
      const { number } = dayInChina(now());
      if (limits) count(String(number), limits.perDay);
      if (!told) return;
      const key = hex(identityKey(told));
      if (limits) count(`${number} ${key}`, limits.perIdentity);
      toldOf.set(key, (toldOf.get(key) ?? new Set()).add(told.phoneNumber));
    },

    /** What WeChat has told this invocation. */
    told: toldTo,

    afterWrite(
      by: Invocation | undefined,
      changes: readonly IdentityChange[],
      bindings: ReadonlyMap<string, Item>,
    ): void {
      if (!phone) return;
      const holderOf = holders();
      checkKept(bindings);
      const told = by && toldTo(by);
      for (const { key, before, now: item } of changes) {
        if (!told || item.userId === undefined || before?.userId !== undefined) continue;
        if (hex(identityKey(told)) !== key) violated("an identity is bound by the number of somebody else");
        if (verifier === "built-in" && holderOf.get(told.phoneNumber) !== item.userId) {
          violated("a bind by number comes after its account has another one");
        }
        if (removed.get(String(item.userId)) === told.phoneNumber) {
          violated("a bind by number comes after its account has none");
        }
        nextHolders.bound(key, item, told.phoneNumber, bindings);
      }
      nextHolders.afterWrite(bindings, dynamoDb.items(tables.accounts));
    },

    /** An authorizer tells it to business Lambdas. */
    inContext(phoneNumber: unknown, identity: string | undefined): void {
      if (phoneNumber === undefined) return;
      if (!phone?.keepNumber || !toldOf.get(identity ?? "")?.has(String(phoneNumber))) {
        violated("an authorizer tells the number of somebody else");
      }
    },

    /** It was said to be done: this account has no number any more. */
    numberRemoved(userId: string, phoneNumber: string | undefined): void {
      if (verifier === "none" && phoneNumber !== undefined) removed.set(userId, phoneNumber);
    },

    /** A login with a phone code, or POST /phone, is answered. `isBound`: it logged in somebody who was bound all the time. */
    answered({ status, headers, text }: ApiAnswer, by: Invocation, isBound: boolean): void {
      const isSpent = (spentBy.get(by)?.size ?? 0) > 0;
      if (isBound && isSpent && by.fn === "full-login")
        violated("a phone code is spent on somebody who is bound");
      if (status < 400 || !headers["content-type"]?.startsWith("application/problem+json")) return;
      const { code, action } = JSON.parse(text);
      const asksAgain = action === "new_phone_code";
      if (isSpent && !asksAgain && !(by.fn === "full-login" && lasting.includes(code))) {
        violated(`${code} asks for ${action} though a phone code is spent`);
      }
      const mayBeUnderWay = by.troubles.some((it) => it.startsWith("WeChat's"));
      if (asksAgain && !isSpent && !mayBeUnderWay)
        violated(`${code} asks for another phone code for no reason`);
    },
  };
}

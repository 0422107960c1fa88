import { expect, test } from "vitest";
import type { AccessTokens } from "../../../functions/core/access-token-cache.ts";
import { identityText } from "../../../functions/core/identity.ts";
import {
  PhoneCodeSpent,
  type PhoneCodes,
  type PhoneNumberDeps,
  verifiedNumber,
} from "../../../functions/core/phone-number.ts";
import { phoneOfSession } from "../../../functions/core/phone-of-session.ts";
import { refused, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { alice } from "../../support/fakes.ts";

const phoneNumber = "+8613800138000";
/** Half a minute before midnight in China, of its 20,468th day. */
const now = Date.UTC(2026, 0, 15, 15, 59, 30);
const midnight = Date.UTC(2026, 0, 15, 16) / 1_000;
const outage = new StoreUnavailable("DynamoDB", "down");

function world({
  full = "",
  answer,
}: {
  full?: string;
  answer?: Awaited<ReturnType<PhoneCodes["exchange"]>>;
} = {}) {
  const charged: unknown[] = [];
  const given = { value: "a token", expiresAt: now };
  const accessTokens: AccessTokens = { current: async () => given, insteadOf: async () => given };
  const deps: PhoneNumberDeps = {
    phoneCodes: { exchange: async () => answer ?? { phoneNumber } },
    accessTokens,
    counters: {
      async charge(...of) {
        charged.push(of);
        return of[0] === full ? undefined : 1;
      },
    },
    phoneLimits: { perIdentity: 5, perDay: 100 },
  };
  return { deps, charged };
}

const ofAlice = `phone#20468#${identityText(alice)}`;

test("a number is told after the identity's counter and the day's, which are kept an hour longer than the day", async () => {
  const { deps, charged } = world();
  expect(await verifiedNumber(alice, "a code", deps, now)).toEqual({ phoneNumber });
  expect(charged).toEqual([
    [ofAlice, 5, midnight + 3_600],
    ["phone#20468", 100, midnight + 3_600],
  ]);
});

test.each([
  [ofAlice, "too_many_attempts", "phone.perIdentity", 1],
  ["phone#20468", "quota_exhausted", "phone.perDay", 2],
])("%s that is full is %s, and the log says which", async (full, code, limit, asked) => {
  const { deps, charged } = world({ full });
  expect(await verifiedNumber(alice, "a code", deps, now)).toEqual({
    spent: false,
    refusal: { refused: code, retryAfter: 30, facts: { limit } },
  });
  expect(charged).toHaveLength(asked);
});

test.each([
  ["a code that WeChat refuses", refused("invalid_phone_code"), true, "invalid_phone_code"],
  [
    "a token that it refuses, as it does the next one",
    { tokenRefused: true, refusal: refused("wechat_unavailable") } as const,
    false,
    "wechat_unavailable",
  ],
])("%s: whether the code is spent", async (_, answer, spent, code) => {
  expect(await verifiedNumber(alice, "a code", world({ answer }).deps, now)).toEqual({
    spent,
    refusal: { refused: code },
  });
});

test("a code that was spent in vain is told as that in the log", () => {
  expect(new PhoneCodeSpent(outage)).toMatchObject({
    name: "PhoneCodeSpent",
    message: "A phone code was spent in vain",
    cause: outage,
  });
});

const holder = { ...alice, userId: "u_zhangsan", generation: 3 };

test("the number of a session's owner is kept with the identity, under the session's generation", async () => {
  const asked: unknown[] = [];
  const keptNumbers = {
    async keep(...of: readonly unknown[]) {
      asked.push(of.slice(1));
      return true;
    },
  };
  const deps = { ...world().deps, keptNumbers, now: () => now };
  expect(await phoneOfSession(holder, "a code", deps)).toEqual({ phoneNumber });
  expect(asked).toEqual([[phoneNumber, "u_zhangsan", 3]]);
});

test("it is told where numbers are not kept", async () => {
  const deps = { ...world().deps, keptNumbers: undefined, now: () => now };
  expect(await phoneOfSession(holder, "a code", deps)).toEqual({ phoneNumber });
});

test("nothing is kept of what WeChat refuses", async () => {
  const keptNumbers = { keep: async () => expect.fail("Nothing is to be kept.") };
  const deps = { ...world({ answer: refused("invalid_phone_code") }).deps, keptNumbers, now: () => now };
  expect(await phoneOfSession(holder, "a code", deps)).toMatchObject({ spent: true });
});

test("a session that has ended meanwhile is told, and a table that fails has spent the code", async () => {
  const { deps } = world();
  const with_ = (keep: () => Promise<boolean>) => ({ ...deps, keptNumbers: { keep }, now: () => now });
  expect(
    await phoneOfSession(
      holder,
      "a code",
      with_(async () => false),
    ),
  ).toEqual({ ended: true });
  const broken = phoneOfSession(
    holder,
    "a code",
    with_(() => Promise.reject(outage)),
  );
  await expect(broken).rejects.toMatchObject({ name: "PhoneCodeSpent", cause: outage });
});

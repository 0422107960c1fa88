import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Binding } from "../../../functions/core/binding.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { isLive, liveSessions } from "../../../functions/core/live-session.ts";
import { newSession, parseSessionId, sessionHandle, sessionKeyOf } from "../../../functions/core/session.ts";
import { alice, bob, hex, loginWorld, noon } from "../../support/fakes.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";

const key = identityKey(alice);
const lifetimeSeconds = 86_400;
const mint = (createdAt = noon, random = seededRandom("a session")) =>
  newSession(key, { userId: "user-1", generation: 0 }, createdAt, lifetimeSeconds, random);

describe("a new session", () => {
  test("has a SessionId of 64 characters that need no escaping in a header or a URL", () => {
    expect(mint().sessionId).toMatch(/^[A-Za-z0-9_-]{64}$/);
  });

  test("is found again by its SessionId alone", () => {
    const { sessionId, session } = mint();
    const parsed = parseSessionId(sessionId);
    expect(parsed && hex(parsed.identityKey)).toBe(hex(key));
    expect(parsed && hex(parsed.secretHash)).toBe(hex(session.secretHash));
  });

  test("asks for 256 bits of randomness, and carries them behind the identity's key", () => {
    const sizes: number[] = [];
    const secret = Buffer.alloc(32, 0xa5);
    const { sessionId } = mint(noon, (size) => {
      sizes.push(size);
      return secret;
    });
    expect(sizes).toEqual([32]);
    expect(Buffer.from(sessionId, "base64url").toString("hex")).toBe(hex(key) + hex(secret));
  });

  test("is kept as a hash: nothing that is stored holds the secret or the SessionId", () => {
    const secret = Buffer.alloc(32, 0xa5);
    const { sessionId, session } = mint(noon, () => secret);
    expect(hex(session.secretHash)).toBe(createHash("sha256").update(secret).digest("hex"));
    const stored = `${hex(session.identityKey)} ${hex(session.secretHash)} ${JSON.stringify(session)}`;
    expect(stored).not.toContain(hex(secret));
    expect(stored).not.toContain(secret.toString("base64url"));
    expect(stored).not.toContain(sessionId);
  });

  test("is another one each time", () => {
    const random = seededRandom("many");
    const ids = Array.from({ length: 100 }, () => mint(noon, random).sessionId);
    expect(new Set(ids).size).toBe(100);
  });

  test.each([
    ["on a whole second", noon, noon / 1000 + lifetimeSeconds],
    ["one millisecond later", noon + 1, noon / 1000 + lifetimeSeconds],
    ["one millisecond before the next second", noon + 999, noon / 1000 + lifetimeSeconds],
    ["on the next second", noon + 1_000, noon / 1000 + lifetimeSeconds + 1],
  ])(
    "created %s keeps the millisecond and ends on a whole second, never late",
    (_when, createdAt, expiresAt) => {
      const { session } = mint(createdAt);
      expect(session.createdAt).toBe(createdAt);
      expect(session.expiresAt).toBe(expiresAt);
    },
  );

  test("has a handle that is no SessionId", () => {
    const { sessionId, session } = mint();
    const handle = sessionHandle(session.secretHash);
    expect(Buffer.from(handle, "base64url").toString("hex")).toBe(hex(session.secretHash));
    expect(sessionId).not.toContain(handle);
    expect(parseSessionId(handle)).toBeUndefined();
  });
});

describe("what is not a SessionId", () => {
  const { sessionId } = mint();
  test.each([
    ["nothing", ""],
    ["one character too few", sessionId.slice(1)],
    ["one character too many", `${sessionId}A`],
    ["twice a SessionId", sessionId + sessionId],
    ["base64 instead of base64url", `${sessionId.slice(0, 62)}+/`],
    ["padding", `${sessionId.slice(0, 63)}=`],
    ["a space at its end", `${sessionId.slice(0, 63)} `],
    ["a line break behind it", `${sessionId}\n`],
    ["a line break at its end", `${sessionId.slice(0, 63)}\n`],
    ["a comma list", `${sessionId.slice(0, 31)},${sessionId.slice(0, 32)}`],
    ["full-width letters", "Ａ".repeat(64)],
    ["U+0000 at its end", `${sessionId.slice(0, 63)}\0`],
    ["hexadecimal of the same 48 bytes", Buffer.from(sessionId, "base64url").toString("hex")],
    ["a bind ticket", Buffer.alloc(32, 1).toString("base64url")],
  ])("is refused: %s", (_what, value) => {
    expect(parseSessionId(value)).toBeUndefined();
  });
});

describe("a session may be used", () => {
  const bound: Binding = { userId: "user-1", disabled: false, generation: 0 };
  const { session } = mint();
  const end = session.expiresAt * 1000;

  test.each([
    ["when it is created", noon, true],
    ["one second before its end", end - 1_000, true],
    ["one millisecond before its end", end - 1, true],
    ["at its end", end, false],
    ["one millisecond after its end", end + 1, false],
    ["one second after its end", end + 1_000, false],
    ["48 hours after its end, although it is still stored", end + 48 * 3_600_000, false],
  ])("%s: %s, %s", (_when, now, expected) => {
    expect(isLive(session, bound, now)).toBe(expected);
  });

  test.each([
    ["nothing has ever ended this identity's sessions", 0, 0, true],
    ["they were ended before it was opened", 7, 7, true],
    ["they were ended since", 7, 8, false],
    ["its generation is of the future, which is nobody's", 8, 7, false],
  ])("where %s: opened under %i, now %i, %s", (_what, generation, now, expected) => {
    expect(isLive({ ...session, generation }, { ...bound, generation: now }, noon)).toBe(expected);
  });

  test("whenever it was opened: no clock but that of its end has a say", () => {
    expect(isLive(mint(noon + 3_600_000).session, bound, noon)).toBe(true);
  });

  test("not where the identity is disabled", () => {
    expect(isLive(session, { ...bound, disabled: true }, noon)).toBe(false);
  });

  test("not where the identity has been bound to another account since", () => {
    expect(isLive(session, { ...bound, userId: "user-2" }, noon)).toBe(false);
  });

  test("not where the identity is unbound", () => {
    expect(isLive(session, { disabled: false, generation: 0 }, noon)).toBe(false);
  });

  test.each([
    ["expiresAt", { ...session, expiresAt: Number.NaN }, bound],
    ["generation", { ...session, generation: Number.NaN }, { ...bound, generation: Number.NaN }],
  ])("not where %s is not a number", (_field, broken, binding) => {
    expect(isLive(broken, binding, noon)).toBe(false);
  });
});

describe("a session's handle", () => {
  test("leads back to its key, under the identity of whoever asks", () => {
    const { session } = mint();
    const handle = sessionHandle(session.secretHash);
    const found = sessionKeyOf(identityKey(bob), handle);
    expect(found && hex(found.secretHash)).toBe(hex(session.secretHash));
    expect(found && hex(found.identityKey)).toBe(hex(identityKey(bob)));
  });

  test.each([
    ["nothing", ""],
    ["one character too few", "A".repeat(42)],
    ["one character too many", "A".repeat(44)],
    ["a SessionId", mint().sessionId],
    ["a path", `../${"A".repeat(40)}`],
    ["base64 instead of base64url", `${"A".repeat(41)}+/`],
    ["a line break behind it", `${"A".repeat(43)}\n`],
  ])("is not just anything: %s", (_what, handle) => {
    expect(sessionKeyOf(key, handle)).toBeUndefined();
  });
});

describe("the sessions of an identity", () => {
  const bound: Binding = { userId: "user-1", disabled: false, generation: 0 };
  const opened = async (...createdAt: number[]) => {
    const { sessions } = loginWorld();
    const random = seededRandom("a list");
    for (const at of createdAt) await sessions.open(mint(at, random).session);
    return sessions;
  };
  const listed = async (sessions: Awaited<ReturnType<typeof opened>>, binding: Binding, now: number) =>
    (await liveSessions(key, binding, sessions, now)).sessions.map(({ createdAt }) => createdAt);

  test("are listed with the newest first", async () => {
    const sessions = await opened(noon + 1, noon + 3, noon, noon + 2);
    expect(await listed(sessions, bound, noon + 5)).toEqual([noon + 3, noon + 2, noon + 1, noon]);
  });

  test("are listed while they are live, whatever is still stored", async () => {
    const sessions = await opened(noon, noon + 1_000, noon + 2_000);
    const end = noon + lifetimeSeconds * 1000;
    expect(await listed(sessions, bound, end - 1)).toHaveLength(3);
    expect(await listed(sessions, bound, end)).toEqual([noon + 2_000, noon + 1_000]);
    expect(await listed(sessions, { ...bound, generation: 1 }, noon + 5_000)).toEqual([]);
    expect(await listed(sessions, { ...bound, disabled: true }, noon + 5_000)).toEqual([]);
  });

  test("are listed without anybody else's", async () => {
    const sessions = await opened(noon);
    await sessions.open(
      newSession(
        identityKey(bob),
        { userId: "user-1", generation: 0 },
        noon,
        lifetimeSeconds,
        seededRandom("bob"),
      ).session,
    );
    expect(await listed(sessions, bound, noon)).toEqual([noon]);
  });
});

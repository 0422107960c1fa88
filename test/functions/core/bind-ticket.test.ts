import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  issueTicket,
  looksLikeTicket,
  ticketAttempts,
  ticketHash,
  ticketLifetimeSeconds,
} from "../../../functions/core/bind-ticket.ts";
import { parseSessionId } from "../../../functions/core/session.ts";
import { alice, loginWorld, noon } from "../../support/fakes.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";

async function issued({ attempts = ticketAttempts, now = noon } = {}) {
  const { tickets } = loginWorld();
  const ticket = await issueTicket(alice, attempts, now, tickets, seededRandom("a ticket"));
  return { tickets, ticket, hash: ticketHash(ticket) };
}

describe("a ticket", () => {
  test("is 32 random bytes in 43 characters", async () => {
    const sizes: number[] = [];
    const secret = Buffer.alloc(32, 0x5a);
    const ticket = await issueTicket(alice, 1, noon, loginWorld().tickets, (size) => {
      sizes.push(size);
      return secret;
    });
    expect(sizes).toEqual([32]);
    expect(ticket).toBe(secret.toString("base64url"));
    expect(ticket).toHaveLength(43);
    expect(looksLikeTicket(ticket)).toBe(true);
  });

  test("is kept as its hash, with the person it stands for", async () => {
    const { tickets, ticket, hash } = await issued();
    expect(hash).toBe(createHash("sha256").update(ticket).digest("base64url"));
    expect([...tickets.items.keys()]).toEqual([hash]);
    expect(tickets.items.get(hash)?.person).toEqual(alice);
    expect(JSON.stringify([...tickets.items])).not.toContain(ticket);
  });

  test.each([
    ["on a whole second", noon, noon / 1000 + ticketLifetimeSeconds],
    ["later in that second", noon + 999, noon / 1000 + ticketLifetimeSeconds],
  ])("issued %s ends ten minutes later, on a whole second", async (_when, now, expiresAt) => {
    const { tickets, hash } = await issued({ now });
    expect(tickets.items.get(hash)?.expiresAt).toBe(expiresAt);
    expect(ticketLifetimeSeconds).toBe(600);
  });

  test("has as many attempts as it is issued with", async () => {
    const { tickets, hash } = await issued({ attempts: 4 });
    expect(tickets.items.get(hash)?.attemptsLeft).toBe(4);
  });

  test("is no SessionId", async () => {
    expect(parseSessionId((await issued()).ticket)).toBeUndefined();
  });
});

test.each([
  ["nothing", ""],
  ["one character too few", "A".repeat(42)],
  ["one character too many", "A".repeat(44)],
  ["base64 instead of base64url", `${"A".repeat(41)}+/`],
  ["padding", `${"A".repeat(42)}=`],
  ["a line break behind it", `${"A".repeat(43)}\n`],
  ["a space before it", ` ${"A".repeat(43)}`],
  ["a SessionId", "A".repeat(64)],
])("this does not look like a ticket: %s", (_what, value) => {
  expect(looksLikeTicket(value)).toBe(false);
});

test("two spellings of the same 32 bytes are two tickets, of which at most one is known", () => {
  const bytes = Buffer.alloc(32);
  const other = `${"A".repeat(42)}B`;
  expect(Buffer.from(other, "base64url").equals(bytes)).toBe(true);
  expect(ticketHash(other)).not.toBe(ticketHash(bytes.toString("base64url")));
});

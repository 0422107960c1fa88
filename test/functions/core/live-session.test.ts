import { describe, expect, test } from "vitest";
import { isLive, liveSessions } from "../../../functions/core/live-session.ts";
import type { Session, SessionList } from "../../../functions/core/session.ts";
import { noon } from "../../support/fakes.ts";

const identityKey = Buffer.alloc(16, 1);
const binding = { userId: "user-1", disabled: false, generation: 0 };
const session = (number: number): Session => ({
  identityKey,
  secretHash: Buffer.alloc(32, number),
  userId: "user-1",
  generation: 0,
  createdAt: noon + number,
  expiresAt: noon / 1000 + 60,
});

/** The list of these sessions, of which there are more or not; `found` is what there is of `asking` by itself. */
async function listed(
  stored: readonly Session[],
  more: boolean,
  asking?: Session,
  found: readonly Session[] = [session(0)],
) {
  const asked: unknown[] = [];
  const sessions: Pick<SessionList, "list" | "find"> = {
    list: async () => ({ sessions: [...stored], more }),
    async find(key) {
      asked.push(key);
      return found[0];
    },
  };
  const list = await liveSessions(identityKey, binding, sessions, noon, asking);
  return { numbers: list.sessions.map(({ createdAt }) => createdAt - noon), more: list.more, asked };
}
const numbered = (count: number) => Array.from({ length: count }, (_, index) => session(index + 1));
const newest = (count: number, of: number) => Array.from({ length: count }, (_, index) => of - index);

describe("of sessions", () => {
  test.each([
    ["100 are listed", 100, false, false],
    ["101 are more than are listed", 101, false, true],
    ["the store may have more than it has read", 3, true, true],
  ])("%s", async (_, count, moreStored, more) => {
    const list = await listed(numbered(count), moreStored);
    expect(list).toEqual({ numbers: newest(Math.min(count, 100), count), more, asked: [] });
  });

  test("the asking one is among them, and is looked for only where it is not read", async () => {
    expect(await listed(numbered(3), false, session(2))).toMatchObject({ numbers: [3, 2, 1], asked: [] });
    expect(await listed(numbered(3), true, session(2))).toMatchObject({ numbers: [3, 2, 1], asked: [] });
    const asking = session(0);
    expect(await listed(numbered(3), false, asking)).toMatchObject({ numbers: [3, 2, 1], asked: [] });
    expect(await listed(numbered(3), true, asking)).toMatchObject({ numbers: [3, 2, 1, 0], asked: [asking] });
    expect(await listed(numbered(101), false, asking)).toMatchObject({ numbers: [...newest(99, 101), 0] });
  });

  test.each([
    ["gone", []],
    ["over", [{ ...session(0), expiresAt: noon / 1000 }]],
  ])("an asking one that is %s meanwhile is not", async (_, found) => {
    expect(await listed(numbered(3), true, session(0), found)).toMatchObject({
      numbers: [3, 2, 1],
      more: true,
    });
  });
});

test.each<[string, object, object, boolean]>([
  ["as it was opened", {}, {}, true],
  ["of nobody", {}, { userId: undefined }, false],
  ["of another account", {}, { userId: "user-2" }, false],
  ["of somebody who is disabled", {}, { disabled: true }, false],
  ["of the generation before", {}, { generation: 1 }, false],
  ["of the generation after", { generation: 1 }, {}, false],
  ["a millisecond before its end", { expiresAt: noon / 1000 + 0.001 }, {}, true],
  ["at its end", { expiresAt: noon / 1000 }, {}, false],
])("a session %s", (_, changes, bound, live) => {
  expect(isLive({ ...session(1), ...changes }, { ...binding, ...bound }, noon)).toBe(live);
});

import { isDeepStrictEqual } from "node:util";
import { watermarkToleranceSeconds } from "../../../functions/core/open-data.ts";
import type { Item } from "../dynamodb-expressions.ts";
import { tables } from "../fakes.ts";
import type { SimulatedDynamoDb } from "../simulated-dynamodb.ts";
import type { ApiAnswer } from "./answer-checks.ts";
import type { Invocation } from "./network.ts";
import { hex } from "./table-checks.ts";
import type { Caller } from "./wechat-tokens.ts";

/** What a phone has sent, to be opened or verified. */
export interface SentOpenData {
  readonly body: object;
  readonly data: object;
  /** Whom WeChat made it for, in hexadecimal. */
  readonly identity: string;
  readonly sessionKey: string;
  /** Milliseconds; undefined: it says no time. */
  readonly madeAt: number | undefined;
}

/** As long as a request may be under way. */
const underWayMs = 60_000;

/** session_keys are kept as WeChat gives them, the two latest; and open data go to whoever they were made for. */
export function openDataChecks(
  clocks: readonly number[],
  dynamoDb: SimulatedDynamoDb,
  now: () => number,
  violated: (what: string) => void,
) {
  const furthest = Math.max(...clocks.map(Math.abs));
  const toldTo = new WeakMap<Invocation, string>();
  const keptBy = new WeakSet<Invocation>();
  const known = new Map<string, Item>();
  /** How often an identity has got another key. */
  const changes = new Map<string, number>();
  /** Ended by a reset that was said to be done. */
  const dropped = new Set<string>();
  /** By one that may not have been answered. */
  const replaced = new Set<unknown>();

  const keptOf = (identity: string) => {
    const { latest, previous } = known.get(identity) ?? {};
    return [latest, previous].filter((key) => key !== undefined).map(String);
  };

  function kept(by: Invocation | undefined, before: Item | undefined, item: Item): void {
    const key = by && toldTo.get(by);
    if (item.latest !== key) violated("a session_key is kept that nobody was told");
    if (item.latest !== before?.latest) {
      const identity = hex(item.identity);
      changes.set(identity, (changes.get(identity) ?? 0) + 1);
    }
    const isReset = by?.fn === "admin";
    if (isReset) for (const old of [before?.latest, before?.previous]) replaced.add(old);
    const previous = isReset
      ? key
      : item.latest === before?.latest
        ? before?.previous
        : (before?.latest ?? key);
    if (item.previous !== previous) violated("the two latest session_keys are not what is kept");
    if (dropped.has(String(item.latest))) violated("a session_key is kept again that was reset");
  }

  return {
    /** By WeChat. */
    told({ by }: Caller, sessionKey: string): void {
      if (by) toldTo.set(by, sessionKey);
    },

    /** To be called after each write. */
    afterWrite(by: Invocation | undefined): void {
      for (const item of dynamoDb.items(tables.sessionKeys)) {
        const identity = hex(item.identity);
        const before = known.get(identity);
        known.set(identity, item);
        if (!isDeepStrictEqual(before, item)) kept(by, before, item);
        if (by && item.latest === toldTo.get(by)) keptBy.add(by);
      }
    },

    /** What TTL has deleted. */
    swept(): void {
      known.clear();
      for (const item of dynamoDb.items(tables.sessionKeys)) known.set(hex(item.identity), item);
    },

    changes: (identity: string): number => changes.get(identity) ?? 0,

    /**
     * A login is answered, and nothing has gone wrong for it; its own session_key must be kept by then, unless two others came
     * since it began, before which there were `changesBefore`.
     */
    loginAnswered(by: Invocation, identity: string, changesBefore: number): void {
      const key = toldTo.get(by);
      if (key === undefined || by.troubles.length > 0 || replaced.has(key)) return;
      const isPushedOut = this.changes(identity) > changesBefore + 1;
      if (!keptBy.has(by) && !keptOf(identity).includes(key) && !isPushedOut)
        violated("a login's session_key is not kept");
    },

    /** The two latest, or fewer. */
    keptOf,

    /** It was said to be done. */
    reset(by: Invocation | undefined, identity: string, before: readonly string[]): void {
      const key = by && toldTo.get(by);
      for (const it of before) if (it !== key) dropped.add(it);
      if (keptOf(identity).some((it) => dropped.has(it))) violated("a session_key stays that was reset");
    },

    /** `before`: what was kept when it was sent. */
    answered(
      { status, text }: ApiAnswer,
      sent: SentOpenData,
      identity: string,
      before: readonly string[],
    ): void {
      const { data, madeAt } = sent;
      const age = madeAt === undefined ? 0 : Math.abs(now() - madeAt);
      const toleranceMs = watermarkToleranceSeconds * 1_000;
      const isTheirs = sent.identity === identity;
      const isKept = (keys: readonly string[]) => keys.includes(sent.sessionKey);
      if (status === 200) {
        if (!isTheirs) violated("open data are opened that were made for somebody else");
        if (!isDeepStrictEqual(JSON.parse(text).data, data)) violated("other data are told than WeChat's");
        if (age > toleranceMs + furthest + underWayMs) violated("open data are opened that are too old");
        if (!isKept(before) && !isKept(keptOf(identity)))
          violated("open data are opened by a key that is not kept");
        return;
      }
      const { code } = JSON.parse(text);
      if (code === "session_key_stale" && isTheirs && isKept(before) && isKept(keptOf(identity))) {
        violated("a session_key is called stale that is kept");
      }
      if (code === "invalid_request" && (madeAt === undefined || age + furthest + 1_000 < toleranceMs)) {
        violated("open data are called too old that are not");
      }
    },
  };
}

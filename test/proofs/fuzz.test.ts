import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { admin } from "../support/fuzz/admin.ts";
import { commandLine, csv } from "../support/fuzz/cli.ts";
import { login } from "../support/fuzz/login.ts";
import { session } from "../support/fuzz/session.ts";
import { wechat } from "../support/fuzz/wechat.ts";
import { heapInUse } from "../support/heap-in-use.ts";
import { counted, proven } from "../support/proven.ts";
import { seededNumbers } from "../support/seeded-numbers.ts";

const seed = 20_261_126;
const targets = [login, session, admin, wechat, csv, commandLine];
/** Between two lives of one target, in bytes. */
const growth = 8_000_000;
const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const ofPrototypes = () => prototypes.flatMap((it) => Object.getOwnPropertyNames(it));

const { timeout } = AbortSignal;
beforeAll(() => {
  // Nothing here is late, and a deadline would be there for seconds after what it is for. A spy would keep them all.
  AbortSignal.timeout = () => new AbortController().signal;
});
afterAll(() => {
  AbortSignal.timeout = timeout;
});

test.each(targets.map((target) => [target.name, target] as const))(
  "%s: whatever comes is answered, with no outage and nothing done for what is refused",
  { timeout: 3_600_000 },
  async (_, { share, lives, start, outcomes }) => {
    const inputs = Math.ceil((share * inject("fuzzInputs")) / 1_000_000);
    const below = seededNumbers(seed);
    const before = ofPrototypes();
    const seen = new Map<string, number>();
    const heap: number[] = [];
    let life = await start(below);
    for (const number of counted("inputs", inputs)) {
      const outcome = await life.try().catch((cause: unknown) => {
        throw new Error(`Seed ${seed}, input ${number}`, { cause });
      });
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      if ("polluted" in {}) expect.fail(`Object.prototype was changed by input ${number} of seed ${seed}`);
      if (number % lives > 0) continue;
      await life.close?.();
      life = await start(below);
      heap.push(heapInUse());
    }
    await life.close?.();
    expect(ofPrototypes()).toEqual(before);
    for (const outcome of outcomes) expect.soft([...seen.keys()]).toContain(outcome);
    // What is loaded late is there after the first few lives.
    const settled = heap.slice(Math.ceil(heap.length / 4));
    expect(Math.max(0, ...settled) - Math.min(...settled, Infinity)).toBeLessThan(growth);
    proven(Object.fromEntries(seen));
  },
);

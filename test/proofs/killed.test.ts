import { expect, inject, test } from "vitest";
import { type Death, everyDeath, survive } from "../support/kill-stories.ts";
import { type KillableStack, startKillableStack } from "../support/killable-stack.ts";
import { counted, proven } from "../support/proven.ts";
import { seededNumbers } from "../support/seeded-numbers.ts";

const seed = 20_261_126;
const long = { timeout: 7_200_000 };

test(
  "a function that dies before or after any call outside, once or twice, leaves nothing half done",
  long,
  async () => {
    const killable = await startKillableStack();
    const deaths = await everyDeath(killable, inject("killedActs"));
    const live = (lane: KillableStack, name: string, of: readonly Death[], isCold = false) =>
      survive(lane, name, of, isCold).catch((cause) => {
        throw new Error(`Seed ${seed}, ${name}: ${JSON.stringify(of)}`, { cause });
      });

    const every = Math.max(1, Math.floor(deaths.length / inject("killPoints")));
    const chosen = deaths.filter((_, index) => index % every === 0);
    for (const number of counted("kill points", chosen.length)) {
      const death = chosen.slice(number - 1, number);
      expect(await live(killable, `person ${number}`, death, true), JSON.stringify(death)).toBe(1);
    }

    let reached = 0;
    const pairs = counted("pairs of them", inject("killPairs"));
    // Two at a time, each with a stack of its own: mostly they wait for processes to start.
    const lanes = inject("killPairs") > 1 ? [killable, await startKillableStack()] : [killable];
    await Promise.all(
      lanes.map(async (lane) => {
        for (const number of pairs) {
          const below = seededNumbers(seed + number);
          const one = (of: readonly Death[]) =>
            of[below(of.length)] ?? expect.fail("There is no such place.");
          const first = one(deaths);
          const others = below(2) ? deaths : deaths.filter(({ act }) => act === first.act);
          const died = await live(lane, `couple ${number}`, [first, one(others)]);
          reached += died;
        }
      }),
    );
    // Of a function that is warm, some calls are not made.
    expect(reached).toBeGreaterThan(inject("killPairs"));
    proven({ "deaths in pairs": reached });
  },
);

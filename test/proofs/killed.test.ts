import { expect, inject, test } from "vitest";
import { type Death, everyDeath, live } from "../support/kill-stories.ts";
import { startKillableStack } from "../support/killable-stack.ts";
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
    const below = seededNumbers(seed);
    const one = (of: readonly Death[]) => of[below(of.length)] ?? expect.fail("There is no such place.");
    const story = (name: string, of: readonly Death[], isCold = false) =>
      live(killable, name, of, isCold).catch((cause) => {
        throw new Error(`Seed ${seed}, ${name}: ${JSON.stringify(of)}`, { cause });
      });

    const every = Math.max(1, Math.floor(deaths.length / inject("killPoints")));
    const chosen = deaths.filter((_, index) => index % every === 0);
    for (const number of counted("kill points", chosen.length)) {
      const death = chosen.slice(number - 1, number);
      expect(await story(`person ${number}`, death, true), JSON.stringify(death)).toBe(1);
    }

    let reached = 0;
    for (const number of counted("pairs of them", inject("killPairs"))) {
      const first = one(deaths);
      const others = below(2) ? deaths : deaths.filter(({ act }) => act === first.act);
      reached += await story(`couple ${number}`, [first, one(others)]);
    }
    // Of a function that is warm, some calls are not made.
    expect(reached).toBeGreaterThan(inject("killPairs"));
    proven({ "deaths in pairs": reached });
  },
);

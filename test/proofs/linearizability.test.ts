import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { isExplained } from "../support/linearizability/explain.ts";
import { operationsOf } from "../support/linearizability/from-simulation.ts";
import { laptopHistory } from "../support/linearizability/laptop-history.ts";
import { asked, initially, type LoginOperation } from "../support/linearizability/login-model.ts";
import { scheduleOf } from "../support/login-simulation/draw-schedule.ts";
import { type SimulatedFunctions, simulatedFunctions } from "../support/login-simulation/functions.ts";
import { plantedBugs } from "../support/login-simulation/planted-bugs.ts";
import { run } from "../support/login-simulation/run.ts";
import type { Schedule } from "../support/login-simulation/schedule.ts";
import { counted, proven } from "../support/proven.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const histories = inject("histories");
const laptopHistories = inject("laptopHistories");

/** The seeds whose histories no order explains, of so many that are of one identity and one account. */
async function unexplained(functions: SimulatedFunctions, wanted: number): Promise<number[]> {
  const found: number[] = [];
  let seed = 0;
  for (const _ of counted("histories", wanted)) {
    let schedule: Schedule;
    do schedule = scheduleOf(++seed, { narrow: true });
    while (!isModelled(schedule));
    const { history } = await run(functions, schedule, { forHistory: true });
    if (!isExplained(operationsOf(history), initially)) found.push(seed);
  }
  return found;
}

/** The model has an account. */
function isModelled({ setup }: Schedule): boolean {
  return setup.verifier !== "none";
}

test(`${histories} simulated histories are explained`, async () => {
  expect(await unexplained(await simulatedFunctions(), histories)).toEqual([]);
  proven({ unexplained: 0 });
});

/** What full runs have found: a session that had ended could not be ended again, and whoever asked was refused. */
test.each([1_103, 3_062])("history %i is explained, which once was not", async (seed) => {
  const schedule = scheduleOf(seed, { narrow: true });
  const { history } = await run(await simulatedFunctions(), schedule, { forHistory: true });
  expect(isExplained(operationsOf(history), initially)).toBe(true);
});

test("a stale read is not", async () => {
  const bug = plantedBugs.find(({ name }) => name === "the authorizer's read is not strongly consistent");
  const found = await unexplained(await simulatedFunctions(bug), 30);
  expect(found.length).toBeGreaterThan(0);
});

describe("with real processes", () => {
  let stack: StackOnLaptop;
  beforeAll(async () => {
    stack = await startStackOnLaptop();
  });
  afterAll(() => stack.close());

  test(`${laptopHistories} histories are explained`, async () => {
    for (let seed = 1; seed <= laptopHistories; seed++) {
      const history = await laptopHistory(stack, seed);
      const story = history.map(({ what, called, answered }) => `${called} to ${answered}: ${what}`);
      expect(isExplained(history, initially), `seed ${seed}\n${story.join("\n")}`).toBe(true);
    }
  });
});

describe("the checker", () => {
  const operation = (called: number, answered: number, steps: LoginOperation["steps"]): LoginOperation => ({
    what: "",
    called,
    answered,
    steps,
  });
  const login = (called: number, answered: number, session: string) =>
    operation(called, answered, asked.withPassword("0", { session, newBinding: session === "first" }));

  test.each<[string, boolean, LoginOperation[]]>([
    ["nothing at all", true, []],
    [
      "a session that is let in before it was revoked",
      true,
      [
        login(1, 2, "first"),
        operation(3, 6, asked.revoke()),
        operation(4, 5, asked.authorize("first", true)),
      ],
    ],
    [
      "a session that is let in after it was revoked",
      false,
      [
        login(1, 2, "first"),
        operation(3, 4, asked.revoke()),
        operation(5, 6, asked.authorize("first", true)),
      ],
    ],
    [
      "a session that was revoked, or not, by what was never answered",
      true,
      [
        login(1, 2, "first"),
        operation(3, Number.POSITIVE_INFINITY, asked.revoke()),
        operation(4, 5, asked.authorize("first", true)),
        operation(6, 7, asked.authorize("first", false)),
      ],
    ],
    [
      "a session that comes back",
      false,
      [
        login(1, 2, "first"),
        operation(3, Number.POSITIVE_INFINITY, asked.revoke()),
        operation(4, 5, asked.authorize("first", false)),
        operation(6, 7, asked.authorize("first", true)),
      ],
    ],
    [
      "two that both bind at once",
      false,
      [
        operation(1, 3, asked.withPassword("0", { session: "a", newBinding: true })),
        operation(2, 4, asked.withPassword("0", { session: "b", newBinding: true })),
      ],
    ],
    [
      "the old password while it is changed, and the new one",
      true,
      [
        operation(1, 6, asked.changePassword("1")),
        operation(2, 3, asked.withPassword("0", { session: "a", newBinding: true })),
        operation(4, 5, asked.withPassword("1", { session: "b", newBinding: false })),
      ],
    ],
    [
      "the old password after the new one has opened",
      false,
      [
        operation(1, 6, asked.changePassword("1")),
        operation(2, 3, asked.withPassword("1", { session: "a", newBinding: true })),
        operation(4, 5, asked.withPassword("0", { session: "b", newBinding: false })),
      ],
    ],
  ])("%s: %s", (_, explained, history) => {
    expect(isExplained(history, initially)).toBe(explained);
  });
});

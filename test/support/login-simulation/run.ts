import { accessTokenActs } from "./access-token-acts.ts";
import { finale } from "./finale.ts";
import type { SimulatedFunctions } from "./functions.ts";
import { openDataActs } from "./open-data-acts.ts";
import { operators } from "./operators.ts";
import { people } from "./people.ts";
import { phoneActs } from "./phone-acts.ts";
import type { Recorded } from "./recorded.ts";
import { type Happening, happenings, type Schedule, type Step } from "./schedule.ts";
import { type Stage, stage } from "./stage.ts";

export interface Outcome {
  /** The first thing that must not be; undefined: all holds. */
  readonly violation: string | undefined;
  /** What happened, for people; empty unless asked for. */
  readonly story: readonly string[];
  /** What was asked for in its steps. */
  readonly history: readonly Recorded[];
}

const includes = <T extends string>(all: readonly T[], it: string): it is T =>
  (all as readonly string[]).includes(it);

/**
 * Runs a schedule, until every honest person is logged in again. `forHistory`: only its steps, whatever else may be wrong.
 */
export async function run(
  functions: SimulatedFunctions,
  schedule: Schedule,
  { told = false, forHistory = false } = {},
): Promise<Outcome> {
  const it = stage(functions, schedule);
  const story = told ? it.listen() : [];
  let history: readonly Recorded[] = [];
  try {
    const whenOver = await play(it, schedule.steps, forHistory);
    history = [...it.history];
    if (!forHistory) await whenOver?.();
  } catch (error) {
    it.violated(`it throws: ${error instanceof Error ? error.stack : error}`);
  } finally {
    functions.giveBackAll();
  }
  return { violation: it.violation, story, history };
}

/** Until all is answered. Returns what is to be looked at then, unless something has been wrong before. */
async function play(
  it: Stage,
  steps: readonly Step[],
  goesOn: boolean,
): Promise<(() => Promise<void>) | undefined> {
  const { time } = it.world;
  const everybody = people(it);
  const staff = operators(it, everybody);
  const numbers = phoneActs(it, everybody, staff);
  const data = openDataActs(it, everybody);
  const tokens = accessTokenActs(it, everybody);
  const acts: Promise<unknown>[] = [];

  function happens(what: Happening, step: Step): Promise<unknown> | undefined {
    it.tell(() => `— ${what} (who ${step.who}, phone ${step.phone}, which ${step.which})`);
    if (includes(happenings.people, what)) return everybody.act(what, step);
    if (includes(happenings.operators, what)) return staff.act(what, step);
    if (includes(happenings.phone, what)) return numbers.act(what, step);
    if (includes(happenings.openData, what)) return data.act(what, step);
    if (includes(happenings.accessTokens, what)) return tokens.act(what, step);
    changeWorld(what, step, it, everybody.phoneOf(step).appId);
    return undefined;
  }

  for (const step of steps) {
    await time.passTo(time.now + step.after);
    acts.push(Promise.resolve(happens(step.what, step)));
    await new Promise(setImmediate);
    if (it.violation && !goesOn) return undefined;
  }
  await time.passAll();
  let left = acts.length;
  for (const act of acts) act.finally(() => left--);
  await new Promise(setImmediate);
  if (left > 0) it.violated("a call is never answered");
  await Promise.all(acts);
  if (it.violation) return undefined;
  return async () => {
    await it.look(it.sessions.sessions, "all that happened");
    if (it.violation) return;
    await finale(it, everybody, staff, numbers);
    it.secrecy.inTables(it.world.dynamoDb);
  };
}

function changeWorld(
  what: (typeof happenings.world)[number],
  { which }: Step,
  { world }: Stage,
  appId: string,
): void {
  const seconds = [2, 8, 30, 300][which] ?? 2;
  switch (what) {
    case "WeChat changes the secret":
      world.wechat.changeSecret(appId);
      break;
    case "TTL sweeps":
      world.sweep();
      break;
    case "the functions are started anew":
      world.cloud.startAnew();
      break;
    case "WeChat hangs":
      world.network.cut("WeChat", seconds * 1_000);
      world.network.cut("WeChat's server calls", seconds * 1_000);
      break;
    case "DynamoDB is away":
      world.network.cut("DynamoDB", seconds * 1_000);
      break;
    case "Secrets Manager is away":
      world.network.cut("Secrets Manager", seconds * 1_000);
  }
}

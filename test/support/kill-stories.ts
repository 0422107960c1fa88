import { expect } from "vitest";
import {
  type Act,
  acts,
  countSessions,
  expectWhole,
  loggedIn,
  newPerson,
  type Person,
} from "./killable-acts.ts";
import type { KillableStack, KillPoint } from "./killable-stack.ts";

/** An act, and where it is cut short. */
export interface Death extends KillPoint {
  readonly act: string;
}

/** Every place where one of the first so many acts can be cut short, from what it does undisturbed and cold. */
export async function everyDeath({ stack, watched }: KillableStack, mostActs: number): Promise<Death[]> {
  const deaths: Death[] = [];
  for (const [act, { prepare, settle }] of Object.entries(acts).slice(0, mostActs)) {
    const person = await newPerson(stack, `undisturbed ${act}`);
    const go = await prepare(stack, person);
    await stack.laptop.functions.recycle();
    for (const call of await watched(go)) {
      deaths.push({ act, call, when: "before" }, { act, call, when: "after" });
    }
    await settle(stack, person);
  }
  return deaths;
}

/**
 * Somebody's acts, each cut short at its place; the same one twice is its repetition. After each, what stands there is
 * whole, what was begun can be brought to its end, and the next login works. Returns how many places were reached: all of
 * them where no instance is warm.
 */
export async function survive(
  killable: KillableStack,
  name: string,
  deaths: readonly Death[],
  isCold = false,
): Promise<number> {
  const { stack } = killable;
  const person = await newPerson(stack, name);
  let reached = 0;
  let go: (() => Promise<unknown>) | undefined;
  for (const [index, death] of deaths.entries()) {
    const act = actOf(death);
    go ??= await act.prepare(stack, person);
    if (isCold) await stack.laptop.functions.recycle();
    reached += Number(await dies(killable, person, death, go));
    if (deaths[index + 1]?.act === death.act) continue;
    await act.settle(stack, person);
    await expectWhole(stack, person);
    await loggedIn(stack, person);
    go = undefined;
  }
  return reached;
}

async function dies(
  { stack, killed }: KillableStack,
  person: Person,
  death: Death,
  go: () => Promise<unknown>,
): Promise<boolean> {
  const before = await countSessions(stack, person);
  const wasReached = await killed(death, go);
  await expectWhole(stack, person);
  const opened = (await countSessions(stack, person)) - before;
  expect(opened, JSON.stringify(death)).toBeLessThanOrEqual(actOf(death).opens);
  return wasReached;
}

function actOf({ act: name }: Death): Act {
  const act = acts[name];
  if (!act) throw new Error(`Nobody knows how to ${name}`);
  return act;
}

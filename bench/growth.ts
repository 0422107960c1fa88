import { filledStore } from "./filled-store.ts";
import { interleave } from "./interleave.ts";
import type { Lab } from "./lab.ts";
import { scene } from "./scene.ts";
import { median } from "./statistics.ts";
import type { Subject } from "./subject.ts";
import { startWarmProcess } from "./warm-process.ts";

/** What one call costs as one thing about it grows. */
export interface Growth {
  readonly what: string;
  readonly points: readonly { readonly label: string; readonly cpuUs: number }[];
}

const warmUp = 300;
const calls = 60;

/** How the cost grows with the sessions of an identity, the size of a body, and the bindings in the store. */
export async function growth(lab: Lab, mostBindings: number): Promise<Growth[]> {
  return [await sessionsPerIdentity(lab), await bodySizes(lab), await bindings(lab, mostBindings)];
}

/** `GET /sessions`, the one call that reads all of them. */
async function sessionsPerIdentity(lab: Lab): Promise<Growth> {
  const subject = lab.deployed("session");
  await using warm = await startWarmProcess(subject, lab.cores);
  await warm.call(warmUp);
  const cases = [1, 10, 25, 50].map((sessions) => ({ sessions, label: `${sessions} sessions` }));
  const what = "growth: GET /sessions, CPU per call";
  const measured = await interleave(what, cases, lab.rounds, lab.progress, async ({ sessions }) => {
    await lab.outside.answerWith(scene(lab.assembly, Date.now(), sessions).answers);
    return warm.call(calls);
  });
  await lab.outside.answerWith(lab.scene.answers);
  return { what, points: pointsOf(measured) };
}

/** A silent login with more and more in its body; from 4 KB on it is refused. */
async function bodySizes(lab: Lab): Promise<Growth> {
  const login = lab.deployed("login");
  const subject: Subject = {
    ...login,
    isRight: (answer) => [200, 413].includes(Number(Object(answer).statusCode)),
  };
  await using warm = await startWarmProcess(subject, lab.cores);
  await warm.call(warmUp);
  const cases = [100, 1_000, 4_000, 10_000, 1_000_000].map((bytes) => ({
    label: `${bytes.toLocaleString("en")} bytes${bytes > 4096 ? " (refused)" : ""}`,
    event: withBody(login.event, bytes),
  }));
  const what = "growth: POST /login, CPU per call";
  return {
    what,
    points: pointsOf(
      await interleave(what, cases, lab.rounds, lab.progress, ({ event }) => warm.call(calls, event)),
    ),
  };
}

/** The authorizer's read in the laptop's DynamoDB: that a look-up by key stays one, however many keys there are. */
async function bindings(lab: Lab, most: number): Promise<Growth> {
  const what = "growth: the authorizer's read in the laptop's store, CPU per read";
  await using opened = new AsyncDisposableStack();
  const cases: { label: string; read: () => Promise<void> }[] = [];
  for (let count = 1_000; count <= most; count *= 10) {
    const label = `${count.toLocaleString("en")} bindings`;
    lab.progress("growth: filling the laptop's store", 1, 1, label);
    cases.push({ label, read: opened.use(await filledStore(lab.assembly, count)).read });
  }
  for (const { read } of cases) for (let call = 0; call < warmUp; call++) await read();
  const measured = await interleave(what, cases, lab.rounds, lab.progress, async ({ read }) => {
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call++) await read();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
  return { what, points: pointsOf(measured) };
}

function pointsOf(measured: ReadonlyMap<{ label: string }, readonly number[]>): Growth["points"] {
  return [...measured].map(([{ label }, runs]) => ({ label, cpuUs: median(runs) }));
}

function withBody(event: string, bytes: number): string {
  const { body, ...rest } = JSON.parse(event);
  const fields = JSON.parse(body);
  const without = JSON.stringify({ ...fields, ignored: "" }).length;
  return JSON.stringify({
    ...rest,
    body: JSON.stringify({ ...fields, ignored: "x".repeat(Math.max(0, bytes - without)) }),
  });
}

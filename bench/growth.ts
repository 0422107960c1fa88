import { filledStore } from "./filled-store.ts";
import { fixture } from "./fixture.ts";
import type { Harness } from "./harness.ts";
import { interleave } from "./interleave.ts";
import { startWarmProcess } from "./process/warm-process.ts";
import { median } from "./statistics.ts";
import type { Subject } from "./subject.ts";

/** What one call costs as one thing about it grows. */
export interface Growth {
  readonly what: string;
  readonly points: readonly { readonly label: string; readonly cpuUs: number }[];
}

const warmUp = 300;
const calls = 60;

/** How the cost grows with the sessions of an identity, the size of a body, and the bindings in the store. */
export async function growth(harness: Harness, mostBindings: number): Promise<Growth[]> {
  return [
    await sessionsPerIdentity(harness),
    await bodySizes(harness),
    await bindings(harness, mostBindings),
  ];
}

/** `GET /sessions`, the one call that reads all of them. */
async function sessionsPerIdentity(harness: Harness): Promise<Growth> {
  const subject = harness.deployed("session");
  await using warm = await startWarmProcess(subject, harness.cores);
  await warm.call(warmUp);
  const cases = [1, 10, 25, 50].map((sessions) => ({ sessions, label: `${sessions} sessions` }));
  const what = "growth: GET /sessions, CPU per call";
  const measured = await interleave(what, cases, harness.rounds, harness.progress, async ({ sessions }) => {
    await harness.outside.answerWith(fixture(harness.assembly, Date.now(), sessions).answers);
    return warm.call(calls);
  });
  await harness.outside.answerWith(harness.fixture.answers);
  return { what, points: pointsOf(measured) };
}

/** A silent login with more and more in its body; from 4 KB on it is refused. */
async function bodySizes(harness: Harness): Promise<Growth> {
  const login = harness.deployed("login");
  const subject: Subject = {
    ...login,
    isRight: (answer) => [200, 413].includes(Number(Object(answer).statusCode)),
  };
  await using warm = await startWarmProcess(subject, harness.cores);
  await warm.call(warmUp);
  const cases = [100, 1_000, 4_000, 10_000, 1_000_000].map((bytes) => ({
    label: `${bytes.toLocaleString("en")} bytes${bytes > 4096 ? " (refused)" : ""}`,
    event: withBody(login.event, bytes),
  }));
  const what = "growth: POST /login, CPU per call";
  return {
    what,
    points: pointsOf(
      await interleave(what, cases, harness.rounds, harness.progress, ({ event }) => warm.call(calls, event)),
    ),
  };
}

/** The authorizer's read in the local stack's DynamoDB: that a look-up by key stays one, however many keys there are. */
async function bindings(harness: Harness, most: number): Promise<Growth> {
  const what = "growth: the authorizer's read in the local stack's store, CPU per read";
  await using opened = new AsyncDisposableStack();
  const cases: { label: string; read: () => Promise<void> }[] = [];
  for (let count = 1_000; count <= most; count *= 10) {
    const label = `${count.toLocaleString("en")} bindings`;
    harness.progress("growth: filling the local stack's store", 1, 1, label);
    cases.push({ label, read: opened.use(await filledStore(harness.assembly, count)).read });
  }
  for (const { read } of cases) for (let call = 0; call < warmUp; call++) await read();
  const measured = await interleave(what, cases, harness.rounds, harness.progress, async ({ read }) => {
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

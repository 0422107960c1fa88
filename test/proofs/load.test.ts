import { readFile } from "node:fs/promises";
import { expect, inject, onTestFinished, test } from "vitest";
import { heapInUse } from "../support/heap-in-use.ts";
import { counted, proven } from "../support/proven.ts";
import {
  type Answer,
  addAccount,
  type StackOnLaptop,
  scan,
  startStackOnLaptop,
} from "../support/stack-on-laptop.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const clients = 24;
const maxInstances = 3;
/** Rounds after which somebody else has the phone. */
const roundsOfOne = 40;
/** The heap, and what is open, before and after: in bytes, and in handles. */
const mostGrowth = { heap: 12_000_000, handles: 2 * clients };

test("many clients at once, for long: nothing fails, nothing is lost, and nothing piles up", {
  timeout: 3_600_000,
}, async () => {
  const stack = await startStackOnLaptop({
    maxInstances,
    // As `npm start` has it: in memory, each row would stay there.
    dataDirectory: await directoryForThisTest(),
    environment: { ATTEMPTS_PER_IDENTITY: "0", ATTEMPTS_PER_SOURCE_IP: "0", ATTEMPTS_PER_USERNAME: "0" },
    onLog: () => {},
  });
  onTestFinished(() => stack.close());
  const phones = await Promise.all(Array.from({ length: clients }, (_, index) => startPhone(stack, index)));
  const mostProcesses = maxInstances * stack.laptop.assembly.functions.length;

  const rounds = inject("loadRounds");
  const warm = Math.ceil(rounds / 4);
  let before = { heap: 0, handles: 0 };
  for (const round of counted(`rounds of ${clients}`, rounds)) {
    await Promise.all(phones.map((phone) => phone.round(round)));
    const processes = process.getActiveResourcesInfo().filter((it) => it === "ProcessWrap").length;
    expect(processes).toBeLessThanOrEqual(mostProcesses);
    if (round === warm) before = open();
  }
  const after = open();
  expect(after.heap - before.heap).toBeLessThan(mostGrowth.heap);
  expect(after.handles - before.handles).toBeLessThan(mostGrowth.handles);

  const rows = phones.reduce((sum, phone) => sum + phone.rows(), 0);
  expect(await scan(stack.laptop, "Sessions")).toHaveLength(rows);
  const requests = phones.reduce((sum, phone) => sum + phone.requests(), 0);
  const milliseconds = phones.flatMap((phone) => phone.milliseconds);
  const quarter = Math.floor(milliseconds.length / 4);
  proven({
    requests,
    "rows of sessions": rows,
    handles: after.handles,
    "MB of heap": Math.round(after.heap / 1e6),
    "MB, all processes": await megabytesOfAll(),
    "ms at first and at last": [milliseconds.slice(0, quarter), milliseconds.slice(-quarter)]
      .map(median)
      .join(" → "),
  });
});

const open = () => ({ heap: heapInUse(), handles: process.getActiveResourcesInfo().length });

/** Somebody who logs in, asks, looks at the devices, and ends sessions in each way there is; and checks every answer. */
async function startPhone(stack: StackOnLaptop, number: number) {
  const account = { username: `client ${number}`, password: "the same for all", userId: `u_${number}` };
  await addAccount(stack.laptop, account);
  let [requests, rows, people] = [0, 0, 0];
  let live: string[] = [];
  const milliseconds: number[] = [];

  async function timed(asked: Promise<Answer>, status: number): Promise<Answer> {
    const startedAt = performance.now();
    const answer = await asked;
    milliseconds.push(performance.now() - startedAt);
    requests++;
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    return answer;
  }
  const call = (route: string, session: string, status: number) =>
    timed(stack.call(route, { session }), status);
  async function logIn(credentials: object = {}): Promise<string> {
    const code = stack.simulator.login(`client ${number}, person ${people}`);
    const { body } = await timed(stack.login({ code, ...credentials }), 200);
    rows++;
    live.push(body.sessionId);
    return body.sessionId;
  }

  return {
    milliseconds,
    rows: () => rows,
    requests: () => requests,
    async round(round: number): Promise<void> {
      if (round % roundsOfOne === 1) {
        people++;
        live = [];
        await logIn({ username: account.username, password: account.password });
      }
      const session = await logIn();
      for (let again = 0; again < 3; again++) {
        expect((await call("GET /hello", session, 200)).body.userId).toBe(account.userId);
      }
      expect((await call("GET /sessions", session, 200)).body.sessions).toHaveLength(live.length);
      const [oldest = session] = live;
      if (round % 20 === 19) {
        await stack.admin({ action: "sessions.revoke", of: { userId: account.userId } });
        live = [];
      } else if (round % 7 === 0) {
        await call("DELETE /sessions", session, 204);
        live = [];
      } else if (round % 3 > 0) {
        await call("DELETE /session", oldest, 204);
        rows--;
        live.shift();
      } else return;
      await call("GET /session", oldest, 403);
    },
  };
}

function median(of: readonly number[]): number {
  return Math.round(of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0);
}

/** Of this process and those that it has started; 0 where the system does not say. */
async function megabytesOfAll(): Promise<number> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, "utf8").catch(() => "");
  const sizes = [process.pid, ...children.split(" ").filter(Boolean)].map(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  });
  return Math.round((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0));
}

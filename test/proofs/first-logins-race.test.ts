import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { boundTo } from "../support/bound-to.ts";
import { counted } from "../support/proven.ts";
import { addAccount, type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const rivals = [sample, { username: "lisi", password: "another password", userId: "u_lisi" }];
const racers = 64;

let stack: StackOnLaptop;
beforeAll(async () => {
  stack = await startStackOnLaptop({
    maxInstances: 4,
    environment: {
      ATTEMPTS_PER_IDENTITY: "0",
      ATTEMPTS_PER_USERNAME: "0",
      ATTEMPTS_PER_SOURCE_IP: "0",
      INVALID_CODES_PER_SOURCE_IP: "0",
    },
  });
  await addAccount(stack.laptop, rivals[1] ?? sample);
});
afterAll(() => stack.close());

/** In processes, as often as that; what a round leaves behind is not the next one's. */
async function eachRound(race: (round: number) => Promise<void>): Promise<void> {
  for (const round of counted(`rounds of ${racers}`, inject("processRounds"))) await race(round);
}

test("64 first logins of one identity with two accounts' credentials: one account wins, one binding", () =>
  eachRound(async (round) => {
    const name = `alice ${round}`;
    const sessionsBefore = (await scan(stack.laptop, "Sessions")).length;
    const logins = Array.from({ length: racers }, async (_, index) => {
      const { username, password, userId } = rivals[index % 2] ?? sample;
      const answer = await stack.login({ code: stack.simulator.login(name), username, password });
      return { userId, answer };
    });
    const results = await Promise.all(logins);

    const winners = new Set(
      results.filter(({ answer }) => answer.status === 200).map(({ userId }) => userId),
    );
    expect(winners.size).toBe(1);
    const [winner = ""] = winners;
    for (const { userId, answer } of results) {
      if (userId === winner) expect(answer).toMatchObject({ status: 200, body: { userId } });
      else
        expect(answer).toMatchObject({
          status: 409,
          body: { code: "already_bound", action: "unbind_first" },
        });
    }
    const sessions = results.flatMap(({ answer }) => answer.body.sessionId ?? []);
    expect(new Set(sessions).size).toBe(racers / 2);
    for (const session of sessions.slice(0, 4)) {
      expect((await stack.call("GET /hello", { session })).body.userId).toBe(winner);
    }

    expect(await boundTo(stack, name)).toEqual({ byIdentity: [winner], byAccounts: [winner] });
    expect(await scan(stack.laptop, "Sessions")).toHaveLength(sessionsBefore + racers / 2);
  }));

test("64 phones bind one account at the same moment: each is bound once, and gets a session of its own", () =>
  eachRound(async (round) => {
    const { username, password, userId } = sample;
    const phones = Array.from({ length: racers }, (_, phone) => `phone ${round} ${phone}`);
    const answers = await Promise.all(
      phones.map((phone) => stack.login({ code: stack.simulator.login(phone), username, password })),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, body: { userId, newBinding: true } });
    }
    const bound = await Promise.all(phones.map((phone) => boundTo(stack, phone)));
    for (const it of bound) expect(it).toEqual({ byIdentity: [userId], byAccounts: [userId] });
  }));

test("the same code 64 times at once: one exchange, at most one session", () =>
  eachRound(async () => {
    const before = stack.simulator.exchanges;
    const code = stack.simulator.login("alice 1");
    const answers = await Promise.all(Array.from({ length: racers }, () => stack.login({ code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
    expect(stack.simulator.exchanges).toBe(before + 1);
  }));

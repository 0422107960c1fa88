import { afterAll, beforeAll, expect, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { addAccount, type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const rivals = [sample, { username: "lisi", password: "another password", userId: "u_lisi" }];
const racers = 64;

let stack: StackOnLaptop;
beforeAll(async () => {
  stack = await startStackOnLaptop({
    maxInstances: 8,
    environment: { ATTEMPTS_PER_IDENTITY: "1000", ATTEMPTS_PER_USERNAME: "1000" },
  });
  await addAccount(stack.laptop, rivals[1] ?? sample);
});
afterAll(() => stack.close());

test("64 first logins of one identity with two accounts' credentials: one account wins, one binding", async () => {
  const logins = Array.from({ length: racers }, async (_, index) => {
    const { username, password, userId } = rivals[index % 2] ?? sample;
    const answer = await stack.login({ code: stack.simulator.login("alice"), username, password });
    return { userId, answer };
  });
  const results = await Promise.all(logins);

  const winners = new Set(results.filter(({ answer }) => answer.status === 200).map(({ userId }) => userId));
  expect(winners.size).toBe(1);
  const [winner] = winners;
  for (const { userId, answer } of results) {
    if (userId === winner) expect(answer).toMatchObject({ status: 200, body: { userId } });
    else
      expect(answer).toMatchObject({ status: 409, body: { code: "already_bound", action: "unbind_first" } });
  }
  const sessions = results.flatMap(({ answer }) => answer.body.sessionId ?? []);
  expect(new Set(sessions).size).toBe(racers / 2);
  for (const session of sessions.slice(0, 4)) {
    expect((await stack.call("GET /hello", { session })).body.userId).toBe(winner);
  }

  const bindings = await scan(stack.laptop, "Bindings");
  const ofIdentities = bindings.filter(({ openid }) => openid !== undefined);
  expect(ofIdentities.map(({ userId }) => userId)).toEqual([{ S: winner }]);
  const identities = bindings.flatMap((item) => item[`identities:${sample.appId}`]?.BS ?? []);
  expect(identities).toHaveLength(1);
  expect(await scan(stack.laptop, "Sessions")).toHaveLength(racers / 2);
});

test("64 phones bind one account at the same moment: each is bound once, and gets a session of its own", async () => {
  const { username, password, userId } = sample;
  const answers = await Promise.all(
    Array.from({ length: racers }, (_, phone) =>
      stack.login({ code: stack.simulator.login(`phone ${phone}`), username, password }),
    ),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 200, body: { userId, newBinding: true } });
  }
  const account = (await scan(stack.laptop, "Bindings")).find(
    (item) => item.userId?.S === userId && item.openid === undefined,
  );
  expect(account?.[`identities:${sample.appId}`]?.BS?.length).toBeGreaterThanOrEqual(racers);
});

test("the same code 64 times at once: one exchange, at most one session", async () => {
  const before = stack.simulator.exchanges;
  const code = stack.simulator.login("alice");
  const answers = await Promise.all(Array.from({ length: racers }, () => stack.login({ code })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  expect(stack.simulator.exchanges).toBe(before + 1);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { identityKey } from "../../functions/core/identity.ts";
import { sample } from "../../local/sample.ts";
import { type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const { username, password } = sample;
const iPhone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN";

let stack: StackOnLaptop;
let writes: string[] = [];
beforeAll(async () => {
  stack = await startStackOnLaptop({
    maxInstances: 6,
    onDecision: ({ action, principal }) => {
      const isWrite = /:(Put|Update|Delete)Item$/.test(action);
      if (isWrite && /Session|Admin/.test(principal.arn)) writes.push(action);
    },
  });
});
afterAll(() => stack.close());

async function logIn(user: string, fields: object = {}, userAgent = ""): Promise<string> {
  const answer = await stack.call("POST /login", {
    headers: { "content-type": "application/json", ...(userAgent && { "user-agent": userAgent }) },
    body: JSON.stringify({ code: stack.simulator.login(user), ...fields }),
  });
  expect(answer.status).toBe(200);
  return answer.body.sessionId;
}

test("the devices of an identity are listed, newest first, and one of them is ended", async () => {
  const phone = await logIn("alice", { username, password }, iPhone);
  const tablet = await logIn("alice", {}, "curl/8");
  const { body } = await stack.call("GET /sessions", { session: tablet });
  expect(body.sessions).toEqual([
    {
      id: expect.stringMatching(/^[\w-]{43}$/),
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      current: true,
    },
    expect.objectContaining({ current: false, device: "iPhone, WeChat 8.0.49" }),
  ]);
  const { id } = body.sessions[1];
  expect((await stack.call(`DELETE /sessions/${id}`, { session: tablet })).status).toBe(204);
  expect((await stack.call("GET /hello", { session: phone })).status).toBe(403);
  expect((await stack.call("GET /hello", { session: tablet })).status).toBe(200);
  for (const unknown of [id, "nothing", "A".repeat(43)]) {
    expect((await stack.call(`DELETE /sessions/${unknown}`, { session: tablet })).status).toBe(204);
  }
});

test.each([1, 50])(
  "logout everywhere, unbind and revoke take as many writes for %i sessions as for any other",
  async (sessions) => {
    const user = `user with ${sessions}`;
    await logIn(user, { username, password });
    const open = async () => {
      const ids: string[] = [];
      for (let index = 0; index < sessions; index++) ids.push(await logIn(user));
      return ids;
    };
    const ends: [what: string, end: (session: string) => Promise<unknown>, expected: string[]][] = [
      [
        "logout everywhere",
        (session) => stack.call("DELETE /sessions", { session }),
        ["dynamodb:UpdateItem"],
      ],
      [
        "unbind",
        (session) => stack.call("DELETE /binding", { session }),
        // One transaction: the identity, and the account's list.
        ["dynamodb:UpdateItem"],
      ],
    ];
    for (const [what, end, expected] of ends) {
      const ids = await open();
      writes = [];
      await end(ids[0] ?? "");
      expect(writes, what).toEqual(expected);
      for (const session of ids) expect((await stack.call("GET /hello", { session })).status, what).toBe(403);
    }
  },
);

test("unbinding keeps the identity's item without its account, and takes it off the account's list", async () => {
  const session = await logIn("bob", { username, password });
  const identities = () => scan(stack.laptop, "Bindings");
  const { openid } = stack.simulator.user("bob").identities[0] ?? {};
  const key = Buffer.from(identityKey({ appId: sample.appId, openid: openid ?? "" })).toString("base64");
  const find = async () => (await identities()).find((item) => item.key?.B === key);
  expect(await find()).toMatchObject({ userId: { S: sample.userId } });
  expect((await stack.call("DELETE /binding", { session })).status).toBe(204);
  const unbound = await find();
  expect(unbound).toEqual({ key: { B: key }, generation: { N: "1" } });
  const listed = (await identities()).flatMap((item) => item[`identities:${sample.appId}`]?.BS ?? []);
  expect(listed).not.toContain(unbound?.key?.B);
});

test("with nothing deleted by TTL, an expired session is refused from its very second on", async () => {
  const session = await logIn("carol", { username, password });
  const TableName = stack.laptop.tableName("SESSIONS_TABLE");
  const mine = Buffer.from(session, "base64url").subarray(0, 16).toString("base64");
  const item = (await scan(stack.laptop, "Sessions")).find(({ identity }) => identity?.B === mine);
  const inSeconds = Math.floor(Date.now() / 1000);
  for (const [expiresAt, status] of [
    [inSeconds + 60, 200],
    [inSeconds, 403],
    [inSeconds - 1, 403],
    [inSeconds - 48 * 3600, 403],
  ] as const) {
    await stack.laptop.dynamoDb.call("PutItem", {
      TableName,
      Item: { ...item, expiresAt: { N: String(expiresAt) } },
    });
    expect((await stack.call("GET /hello", { session })).status).toBe(status);
  }
  expect(await scan(stack.laptop, "Sessions")).toContainEqual(
    expect.objectContaining({ identity: { B: mine } }),
  );
});

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { sample } from "../../local/sample.ts";
import { expectNowhere } from "../support/canary-hunt.ts";
import { type StackOnLaptop, scan, startStackOnLaptop, withMore } from "../support/stack-on-laptop.ts";

const { username, password } = sample;
const appSecret = "c0ffee00c0ffee00c0ffee00c0ffee00";
const avatars = "https://thirdwx.qlogo.cn/mmopen";
const wrongPassword = "a-wrong-password-nobody-should-see";

let stack: StackOnLaptop;
const printed: string[] = [];
beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  }
  stack = await startStackOnLaptop({ appSecret, settings: withMore });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await stack.close();
});

test("no SessionId, password, code, ticket, session_key, AppSecret or open data is stored, logged or printed", async () => {
  const { simulator } = stack;
  const codes = Array.from({ length: 5 }, () => simulator.login("alice"));
  const [first, second, third, fourth, fifth] = codes;

  const unknown = await stack.login({ code: first });
  const wrong = await stack.login({ bindTicket: unknown.body.bindTicket, username, password: wrongPassword });
  expect(wrong.body.code).toBe("invalid_credentials");
  const bound = await stack.login({ bindTicket: unknown.body.bindTicket, username, password });
  const silent = await stack.login({ code: second });
  expect([bound.status, silent.status]).toEqual([200, 200]);
  await stack.call("GET /session", { session: silent.body.sessionId });
  // Failures of every kind log too.
  await stack.login({ code: second });
  simulator.trouble({ body: "html", times: 1 });
  await stack.login({ code: third });
  simulator.trouble({ drop: "after", times: 1 });
  await stack.login({ code: fourth, username, password });
  await stack.login({ code: fifth, username: "__proto__", password: wrongPassword });
  const phoneNumber = `+86${simulator.user("alice").phoneNumber}`;
  await stack.admin({ action: "accounts.phone", account: username, phoneNumber });
  await stack.admin({ action: "bindings.find", of: { phoneNumber } });
  await stack.admin({ action: "bindings.allow", of: { phoneNumber } });
  const phoneCodes = Array.from({ length: 3 }, () => Object(simulator.phone("alice")).code);
  const post = (path: string, body: object) =>
    stack.call(`POST ${path}`, {
      session: silent.body.sessionId,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  for (const phoneCode of [phoneCodes[0], phoneCodes[0], "a-spent-phone-code-of-nobody"]) {
    await post("/phone", { phoneCode });
  }
  await stack.login({ code: simulator.login("bob"), phoneCode: phoneCodes[1] });
  await stack.login({ code: simulator.login("bob"), phoneCode: Object(simulator.phone("bob")).code });
  simulator.trouble({ body: "html", path: "/wxa/business/getuserphonenumber", times: 1 });
  await stack.login({ code: simulator.login("carol"), phoneCode: Object(simulator.phone("carol")).code });
  const sessionKey = simulator.sessionKey("alice");
  const { rawData, signature, encryptedData, iv } = simulator.userInfo("alice");
  const open = (fields: object) =>
    stack.call("POST /open-data", {
      session: silent.body.sessionId,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    });
  expect((await open({ encryptedData, iv })).body.data.avatarUrl).toMatch(avatars);
  expect((await open({ rawData, signature })).status).toBe(200);
  expect((await open({ rawData: `${rawData} `, signature })).status).toBe(409);
  expect((await open({ encryptedData: iv, iv })).status).toBe(409);
  expect(JSON.stringify(await scan(stack.laptop, "session_keys"))).toContain(sessionKey);

  const secrets: Record<string, string | undefined> = {
    SessionId: bound.body.sessionId,
    "silent SessionId": silent.body.sessionId,
    "secret half of the SessionId": silent.body.sessionId.slice(22),
    bindTicket: unknown.body.bindTicket,
    password,
    wrongPassword,
    appSecret,
    sessionKey,
    encryptedData,
    signature,
    "what WeChat says of her": avatars,
    ...Object.fromEntries(codes.map((code, index) => [`code ${index}`, code])),
    ...Object.fromEntries(phoneCodes.map((code, index) => [`phone code ${index}`, code])),
  };
  const tables = ["Bindings", "Sessions", "Attempts", "Accounts"];
  const rows = await Promise.all(tables.map((table) => scan(stack.laptop, table)));
  expect(rows.every((items) => items.length > 0)).toBe(true);
  expect(stack.logs.length).toBeGreaterThan(8);
  const places = { tables: JSON.stringify(rows), logs: stack.logs.join("\n"), output: printed.join("") };
  expectNowhere(secrets, places);
  // The tables are what numbers are kept in.
  const { tables: _, ...elsewhere } = places;
  expect(places.tables).toContain(phoneNumber);
  const numbers = ["alice", "bob", "carol"].map((user) => simulator.user(user).phoneNumber);
  expectNowhere(Object.fromEntries(numbers.map((number) => [`the number ${number}`, number])), elsewhere);
});

test("nothing in the tables can be used as a session", async () => {
  const items = (
    await Promise.all(["Bindings", "Sessions", "Attempts", "Accounts"].map((it) => scan(stack.laptop, it)))
  ).flat();
  const values = items.flatMap((item) => Object.values(item).flatMap(({ S, B, N }) => S ?? B ?? N ?? []));
  const identities = items.flatMap(({ identity }) => identity?.B ?? []);
  const hashes = items.flatMap(({ secretHash }) => secretHash?.B ?? []);
  const glued = identities.flatMap((identity) =>
    hashes.map((hash) =>
      Buffer.concat([identity, hash].map((it) => Buffer.from(it, "base64"))).toString("base64url"),
    ),
  );
  expect(glued.length).toBeGreaterThan(0);
  for (const value of [...values, ...values.map((it) => it.split("#").at(-1) ?? ""), ...glued]) {
    const { status } = await stack.call("GET /hello", {
      headers: { authorization: `Bearer ${encodeURI(value)}` },
    });
    expect(status, value).toBe(403);
  }
});

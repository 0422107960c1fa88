import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import { identityKey } from "../../functions/core/identity.ts";
import { setAppSecrets } from "../../local/after-deploy.ts";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { sample } from "../../local/sample.ts";
import { codeHash } from "../../simulator/request-log.ts";
import type { Trouble } from "../../simulator/trouble.ts";
import {
  type Answer,
  addAccount,
  type StackOnLaptop,
  scan,
  startStackOnLaptop,
} from "../support/stack-on-laptop.ts";

const { username, password, userId } = sample;
const lisi = { username: "lisi", password: "another password", userId: "u_lisi" };

/** The SDK waits between two tries for a random part of up to two seconds; without chance these tests need not. */
const withoutChance = "Math.random=()=>0";
const withClockOffBy = (milliseconds: number) =>
  `${withoutChance};{const{now}=Date;Date.now=()=>now()+${milliseconds}}`;
/** Read whenever an instance starts. */
const environment: Record<string, string> = {
  ATTEMPTS_PER_IDENTITY: "1000",
  ATTEMPTS_PER_USERNAME: "1000",
  ATTEMPTS_PER_SOURCE_IP: "1000",
};
const instancesRun = (script: string) => {
  environment.NODE_OPTIONS = `--import=data:text/javascript,${script}`;
};

let stack: StackOnLaptop;
/** What AWS does to the calls to come. */
let aws: (call: InterceptedCall) => Fault | undefined | Promise<Fault | undefined> = () => undefined;
/** The calls to AWS since the test began. */
const calls: InterceptedCall[] = [];

beforeAll(async () => {
  instancesRun(withoutChance);
  stack = await startStackOnLaptop({
    environment,
    intercept(call) {
      calls.push(call);
      return aws(call);
    },
  });
  await addAccount(stack.laptop, lisi);
});
afterAll(() => stack.close());
beforeEach(() => {
  aws = () => undefined;
  calls.length = 0;
  stack.simulator.clearTrouble();
});

let people = 0;
/** Somebody that neither WeChat nor this product has seen before. */
const stranger = () => `person ${people++}`;
const code = (person: string) => stack.simulator.login(person);
const logIn = (person: string) => stack.login({ code: code(person) });
const firstLogin = (person: string) => stack.login({ code: code(person), username, password });

/** Somebody who is bound, and has a session. */
async function regular() {
  const person = stranger();
  const { body } = await firstLogin(person);
  return { person, session: String(body.sessionId), expiresAt: String(body.expiresAt) };
}

const bindings = () => scan(stack.laptop, "Bindings");
const sessions = () => scan(stack.laptop, "Sessions");
/** Bindings and sessions exactly as they are kept. */
const tables = async () => ({ bindings: await bindings(), sessions: await sessions() });

const keyOf = (person: string) => {
  const [{ appId = "", openid = "" } = {}] = stack.simulator.user(person).identities;
  return Buffer.from(identityKey({ appId, openid })).toString("base64");
};
const sessionsOf = async (person: string) =>
  (await sessions()).filter(({ identity }) => identity?.B === keyOf(person));

/** Who is bound to what, as the identities say it and as the accounts do: a whole binding is in both. */
async function boundPairs() {
  const items = await bindings();
  const isAccount = (key = "") => Buffer.from(key, "base64").length === 32;
  const byIdentity = items
    .filter(({ key, userId }) => !isAccount(key?.B) && userId !== undefined)
    .map(({ key, userId }) => `${key?.B} ${userId?.S}`);
  const byAccount = items
    .filter(({ key }) => isAccount(key?.B))
    .flatMap((item) =>
      (item[`identities:${sample.appId}`]?.BS ?? []).map((key) => `${key} ${item.userId?.S}`),
    );
  return { byIdentity: byIdentity.sort(), byAccount: byAccount.sort() };
}

async function expectWholeBindings() {
  const { byIdentity, byAccount } = await boundPairs();
  expect(byIdentity).toEqual(byAccount);
}

const refusal = (status: number, code: string, action: string) => ({
  status,
  body: { status, code, action },
});

/** Calls of one operation on one table. */
const on = (operation: string, table: string) => (call: InterceptedCall) =>
  call.action === `dynamodb:${operation}` &&
  call.resources.some((arn) => arn.endsWith(`/${stack.laptop.tableName(table)}`));
const isSecretsManager = ({ action }: InterceptedCall) => action.startsWith("secretsmanager:");

const error = (type: string, status = 400): Fault => ({ kind: "error", type, message: "Trouble", status });
const outages: [what: string, fault: Fault][] = [
  ["throttles", error("ProvisionedThroughputExceededException")],
  ["answers 500", error("InternalServerError", 500)],
  ["is not to be reached", { kind: "drop" }],
];

describe("WeChat", () => {
  const retryAfter: Record<string, unknown> = {
    rate_limited: "60",
    quota_exhausted: expect.stringMatching(/^\d+$/),
  };

  test.each<[fault: string, trouble: Trouble, status: number, code: string, action: string]>([
    ["answers 500", { status: 500 }, 503, "wechat_unavailable", "new_code"],
    ["answers 502", { status: 502 }, 503, "wechat_unavailable", "new_code"],
    ["redirects", { status: 302 }, 503, "wechat_unavailable", "new_code"],
    ["answers HTML", { body: "html" }, 503, "wechat_unavailable", "new_code"],
    ["answers truncated JSON", { body: "truncated" }, 503, "wechat_unavailable", "new_code"],
    ["answers over 64 KiB", { body: "oversize" }, 503, "wechat_unavailable", "new_code"],
    ["answers 200 without openid", { body: "no_openid" }, 503, "wechat_unavailable", "new_code"],
    ["hangs up before its answer", { drop: "before" }, 503, "wechat_unavailable", "new_code"],
    ["hangs up within its answer", { drop: "after" }, 503, "wechat_unavailable", "new_code"],
    ["says -1, busy", { errcode: -1 }, 503, "wechat_busy", "new_code"],
    ["says 45011, too often", { errcode: 45011 }, 429, "rate_limited", "wait"],
    ["says 45009, the day's quota", { errcode: 45009 }, 503, "quota_exhausted", "wait"],
    ["says 40164, address not on the list", { errcode: 40164 }, 503, "not_configured", "contact_support"],
    ["says 40029, invalid code", { errcode: 40029 }, 401, "invalid_code", "new_code"],
    ["says 40163, used code", { errcode: 40163 }, 401, "invalid_code", "new_code"],
    ["says 40226, risky user", { errcode: 40226 }, 403, "wechat_user_blocked", "contact_support"],
    ["says what nobody knows", { errcode: 99999 }, 503, "wechat_unavailable", "new_code"],
  ])("%s", async (_, trouble, status, code, action) => {
    const { person } = await regular();
    const before = await tables();
    stack.simulator.trouble(trouble);
    for (const answer of [await logIn(person), await logIn(stranger()), await firstLogin(stranger())]) {
      expect(answer).toMatchObject(refusal(status, code, action));
      expect(answer.headers.get("retry-after")).toEqual(retryAfter[code] ?? null);
    }
    expect(await tables()).toEqual(before);
  });

  test("sends valid JSON as another content type: normal", async () => {
    const { person } = await regular();
    stack.simulator.trouble({ contentType: "text/html" });
    expect((await logIn(person)).status).toBe(200);
    expect((await firstLogin(stranger())).status).toBe(200);
  });
});

/** A login that is ready to go, once whatever comes before it has gone well. */
type Flow = () => Promise<{ person: string; go: () => Promise<Answer> }>;
const flows = {
  "a silent login": async () => {
    const { person } = await regular();
    return { person, go: () => logIn(person) };
  },
  "a stranger's login": async () => {
    const person = stranger();
    return { person, go: () => logIn(person) };
  },
  "a first login": async () => {
    const person = stranger();
    return { person, go: () => firstLogin(person) };
  },
  "a login with a ticket": async () => {
    const person = stranger();
    const { bindTicket } = (await logIn(person)).body;
    return { person, go: () => stack.login({ bindTicket, username, password }) };
  },
} satisfies Record<string, Flow>;

/** Everything that logins ask of DynamoDB and that they cannot do without. */
const steps: [flow: keyof typeof flows, step: string, operation: string, table: string][] = [
  ["a silent login", "reads the binding", "GetItem", "BINDINGS_TABLE"],
  ["a silent login", "writes the session", "PutItem", "SESSIONS_TABLE"],
  ["a stranger's login", "issues the ticket", "PutItem", "ATTEMPTS_TABLE"],
  ["a first login", "charges the attempt", "UpdateItem", "ATTEMPTS_TABLE"],
  ["a first login", "reads the account", "GetItem", "ACCOUNTS_TABLE"],
  ["a first login", "reads the binding", "GetItem", "BINDINGS_TABLE"],
  ["a first login", "binds", "TransactWriteItems", "BINDINGS_TABLE"],
  ["a login with a ticket", "takes one of its attempts", "UpdateItem", "ATTEMPTS_TABLE"],
  ["a login with a ticket", "binds", "TransactWriteItems", "ATTEMPTS_TABLE"],
];
const writes = steps.filter(([, , operation]) => operation !== "GetItem");

/** What counts an attempt, and not what gives it back. */
function isStep(operation: string, table: string) {
  const isCall = on(operation, table);
  return (call: InterceptedCall) => isCall(call) && !givesBack(call);
}

const givesBack = ({ input }: InterceptedCall) => JSON.stringify(input).includes("#count > :zero");

describe.each(outages)("DynamoDB %s", (_, fault) => {
  test.each(steps)("while %s %s: all or nothing", async (flow, _, operation, table) => {
    const { person, go } = await flows[flow]();
    const before = await tables();
    const isMet = isStep(operation, table);
    aws = (call) => (isMet(call) ? fault : undefined);
    expect(await go()).toMatchObject(refusal(503, "store_unavailable", "new_code"));
    expect(calls.filter(isMet).length).toBeGreaterThan(0);

    expect(await tables()).toEqual(before);

    aws = () => undefined;
    const newBinding = flow !== "a silent login";
    expect(await firstLogin(person)).toMatchObject({ status: 200, body: { userId, newBinding } });
  });
});

describe("the reply of DynamoDB is lost after the write was made", () => {
  // The SDK of an instance stops trying again after too many failures.
  beforeAll(() => stack.laptop.functions.recycle());

  test.each(writes)(
    "once, while %s %s: sent again with the same bytes",
    async (flow, _, operation, table) => {
      const { person, go } = await flows[flow]();
      const before = await sessionsOf(person);
      const isMet = isStep(operation, table);
      const sent: unknown[] = [];
      aws = (call) => {
        if (!isMet(call)) return undefined;
        sent.push(call.input);
        return sent.length === 1 ? { kind: "lose-reply" } : undefined;
      };
      const answer = await go();
      expect(sent.filter((input) => JSON.stringify(input) === JSON.stringify(sent[0]))).toHaveLength(2);

      if (flow === "a stranger's login")
        expect(answer).toMatchObject(refusal(409, "binding_required", "bind"));
      else {
        expect(answer).toMatchObject({ status: 200, body: { userId } });
        expect(await sessionsOf(person)).toHaveLength(before.length + 1);
      }
      await expectWholeBindings();
    },
  );

  test.each(writes)(
    "each time, while %s %s: at most one session that nobody knows of",
    async (flow, step, operation, table) => {
      const { person, go } = await flows[flow]();
      const before = await sessionsOf(person);
      const isMet = isStep(operation, table);
      aws = (call) => (isMet(call) ? { kind: "lose-reply" } : undefined);
      const answer = await go();
      expect(answer).toMatchObject(refusal(503, "store_unavailable", "new_code"));

      const orphans = (await sessionsOf(person)).length - before.length;
      expect(orphans).toBe(["writes the session", "binds"].includes(step) ? 1 : 0);
      await expectWholeBindings();
      aws = () => undefined;
      expect(await firstLogin(person)).toMatchObject({ status: 200, body: { userId } });
    },
  );
});

describe.each(outages)("DynamoDB %s while the attempts are given back", (_, fault) => {
  test("who knows the password is logged in all the same, and the log says so", async () => {
    aws = (call) => (givesBack(call) ? fault : undefined);
    expect(await firstLogin(stranger())).toMatchObject({ status: 200, body: { userId, newBinding: true } });
    await expect.poll(() => stack.logs.some((line) => line.includes('"notGivenBack":true'))).toBe(true);
    await expectWholeBindings();
  });
});

describe("two logins of one person bind at once", () => {
  // Two instances of all that takes part: one that had to start would come too late to meet the other.
  beforeAll(async () => {
    await Promise.all(Array.from({ length: 4 }, regular));
  });

  /** Holds transactions back until two have come. */
  function meetAtTheTransaction() {
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    aws = async ({ action }) => {
      if (action !== "dynamodb:TransactWriteItems") return undefined;
      waiting++;
      if (waiting === 2) both.resolve();
      await both.promise;
      return undefined;
    };
  }

  test("to the same account: both are logged in, and there is one binding", async () => {
    const person = stranger();
    const before = await boundPairs();
    meetAtTheTransaction();
    const answers = await Promise.all([firstLogin(person), firstLogin(person)]);
    expect(answers).toMatchObject([
      { status: 200, body: { userId } },
      { status: 200, body: { userId } },
    ]);
    expect(await boundPairs()).toEqual({
      byIdentity: [...before.byIdentity, `${keyOf(person)} ${userId}`].sort(),
      byAccount: [...before.byAccount, `${keyOf(person)} ${userId}`].sort(),
    });
  });

  test("to two accounts: one is logged in, the other is told, and there is one binding", async () => {
    const person = stranger();
    const before = await boundPairs();
    meetAtTheTransaction();
    const answers = await Promise.all(
      [sample, lisi].map(({ username, password }) => stack.login({ code: code(person), username, password })),
    );
    const [winner] = answers.filter(({ status }) => status === 200);
    const [loser] = answers.filter(({ status }) => status !== 200);
    expect(loser).toMatchObject(refusal(409, "already_bound", "unbind_first"));
    expect(await boundPairs()).toEqual({
      byIdentity: [...before.byIdentity, `${keyOf(person)} ${winner?.body.userId}`].sort(),
      byAccount: [...before.byAccount, `${keyOf(person)} ${winner?.body.userId}`].sort(),
    });
    expect(await sessionsOf(person)).toHaveLength(1);
  });
});

describe("a transaction meets another", () => {
  const conflict: Fault = {
    kind: "error",
    type: "TransactionCanceledException",
    message: "Transaction cancelled",
    fields: { CancellationReasons: [{ Code: "None" }, { Code: "TransactionConflict" }] },
  };
  const conflicts = (times: number) => {
    aws = ({ action }) => (action === "dynamodb:TransactWriteItems" && times-- > 0 ? conflict : undefined);
  };

  test.each([1, 3, 8])("%i times: normal", async (times) => {
    conflicts(times);
    expect(await firstLogin(stranger())).toMatchObject({ status: 200, body: { userId, newBinding: true } });
    await expectWholeBindings();
  });
});

describe("Secrets Manager", () => {
  const isDown: [what: string, fault: Fault][] = [
    ["answers 500", error("InternalServiceError", 500)],
    ["is not to be reached", { kind: "drop" }],
    ["refuses", error("AccessDeniedException")],
  ];

  test.each(isDown)("%s, and the instance is warm: normal, and not even asked", async (_, fault) => {
    const { person } = await regular();
    aws = (call) => (isSecretsManager(call) ? fault : undefined);
    expect((await logIn(person)).status).toBe(200);
    expect((await firstLogin(stranger())).status).toBe(200);
    expect(calls.filter(isSecretsManager)).toEqual([]);
  });

  test.each(isDown.slice(0, 2))(
    "%s, and the instance is cold: not configured, and WeChat is never called",
    async (_, fault) => {
      const { person } = await regular();
      const before = await tables();
      const asked = stack.simulator.requests.length;
      await stack.laptop.functions.recycle();
      aws = (call) => (isSecretsManager(call) ? fault : undefined);
      for (const answer of [await logIn(person), await firstLogin(stranger())]) {
        expect(answer).toMatchObject(refusal(503, "not_configured", "contact_support"));
      }
      expect(stack.simulator.requests).toHaveLength(asked);
      expect(await tables()).toEqual(before);
      aws = () => undefined;
      expect((await logIn(person)).status).toBe(200);
    },
  );

  test("holds the placeholder: not configured, and WeChat is never called", async () => {
    const before = await tables();
    const asked = stack.simulator.requests.length;
    await stack.laptop.functions.recycle();
    await setAppSecrets(stack.laptop, appSecretPlaceholder);
    expect(await firstLogin(stranger())).toMatchObject(refusal(503, "not_configured", "contact_support"));
    expect(stack.simulator.requests).toHaveLength(asked);
    expect(await tables()).toEqual(before);
    await setAppSecrets(stack.laptop, sample.appSecret);
    expect((await firstLogin(stranger())).status).toBe(200);
  });
});

describe("WeChat refuses the AppSecret (40125)", () => {
  afterEach(async () => {
    stack.simulator.app(sample.appId, { secret: sample.appSecret });
    await setAppSecrets(stack.laptop, sample.appSecret);
  });

  /** What a login with `code` sent to WeChat. */
  const sent = (code: string) =>
    stack.simulator.requests
      .filter((request) => request.codeHash === codeHash(code))
      .map(({ errcode }) => errcode);
  const alarms = () =>
    stack.logs.filter((line) => line.includes('"errcode":40125') && line.includes('"alarm":true')).length;

  test("and Secrets Manager has a new one: one forced refresh, one retry, normal", async () => {
    const { person } = await regular();
    stack.simulator.app(sample.appId, { secret: "rotated" });
    await setAppSecrets(stack.laptop, "rotated");
    calls.length = 0;
    const once = code(person);
    expect((await stack.login({ code: once })).status).toBe(200);
    expect(sent(once)).toEqual([40125, 0]);
    expect(calls.filter(isSecretsManager)).toHaveLength(1);
  });

  test.each<[what: string, fault: Fault | undefined]>([
    ["has no other", undefined],
    ["is down", error("AccessDeniedException")],
  ])("and Secrets Manager %s, but it worked before: a new code, soon", async (_, fault) => {
    const { person } = await regular();
    const before = await tables();
    const alarmsBefore = alarms();
    stack.simulator.app(sample.appId, { secret: "rotated" });
    aws = (call) => (isSecretsManager(call) ? fault : undefined);
    const once = code(person);
    expect(await stack.login({ code: once })).toMatchObject(refusal(503, "wechat_unavailable", "new_code"));
    expect(sent(once)).toEqual([40125]);
    expect(await tables()).toEqual(before);
    await expect.poll(alarms).toBe(alarmsBefore + 1);
  });

  test.each([
    ["and the same is in Secrets Manager", "rotated", [40125]],
    ["and so it does another that arrives meanwhile", "wrong as well", [40125, 40125]],
  ])("%s, and it never worked: not configured", async (_, next, errcodes) => {
    await stack.laptop.functions.recycle();
    await setAppSecrets(stack.laptop, "rotated");
    aws = async (call) => {
      // The first value is read before the second is put.
      if (isSecretsManager(call) && calls.filter(isSecretsManager).length === 2) {
        await setAppSecrets(stack.laptop, next);
      }
      return undefined;
    };
    const before = await tables();
    const alarmsBefore = alarms();
    const once = code(stranger());
    const answer = await stack.login({ code: once, username, password });
    expect(answer).toMatchObject(refusal(503, "not_configured", "contact_support"));
    expect(sent(once)).toEqual(errcodes);
    expect(await tables()).toEqual(before);
    await expect.poll(alarms).toBe(alarmsBefore + 1);
  });
});

describe("the authorizer's read", () => {
  const isRead = ({ action }: InterceptedCall) => action === "dynamodb:BatchGetItem";
  const broken = { status: 500, body: { message: "Internal Server Error" } };
  /** DynamoDB's answer when it has no time for any of the keys. */
  const unprocessed = ({ input }: InterceptedCall): Fault => ({
    kind: "answer",
    output: { Responses: {}, UnprocessedKeys: new Map(Object.entries(Object(input))).get("RequestItems") },
  });

  test("leaves keys unprocessed once: asked once more, normal", async () => {
    const { session } = await regular();
    calls.length = 0;
    aws = (call) => (isRead(call) && calls.filter(isRead).length === 1 ? unprocessed(call) : undefined);
    expect(await stack.call("GET /session", { session })).toMatchObject({ status: 200, body: { userId } });
    expect(calls.filter(isRead)).toHaveLength(2);
  });

  test("leaves keys unprocessed twice: 500 from the gateway", async () => {
    const { session } = await regular();
    calls.length = 0;
    aws = (call) => (isRead(call) ? unprocessed(call) : undefined);
    expect(await stack.call("GET /session", { session })).toMatchObject(broken);
    expect(calls.filter(isRead)).toHaveLength(2);
    aws = () => undefined;
    expect((await stack.call("GET /session", { session })).status).toBe(200);
  });

  test.each<[what: string, fault: Fault]>([...outages, ["is refused", error("AccessDeniedException")]])(
    "meets a DynamoDB that %s: 500, neither let in nor told that the session is dead",
    async (_, fault) => {
      const { session } = await regular();
      const before = await tables();
      aws = (call) => (isRead(call) ? fault : undefined);
      for (const route of ["GET /session", "GET /hello", "DELETE /session"]) {
        expect(await stack.call(route, { session })).toMatchObject(broken);
      }
      expect(await stack.call("GET /session", { session: "A".repeat(64) })).toMatchObject(broken);
      expect(await tables()).toEqual(before);
      aws = () => undefined;
      expect((await stack.call("GET /hello", { session })).status).toBe(200);
    },
  );
});

describe("a client repeats a request with the same code", () => {
  test("after its answer: refused, and never told the first session", async () => {
    const { person } = await regular();
    const body = { code: code(person) };
    const first = await stack.login(body);
    const before = await tables();
    const again = await stack.login(body);
    expect(again).toMatchObject(refusal(401, "invalid_code", "new_code"));
    expect(JSON.stringify(again.body)).not.toContain(first.body.sessionId);
    expect(await tables()).toEqual(before);
  });

  test("with the password again: refused too, although the password is right", async () => {
    const body = { code: code(stranger()), username, password };
    expect((await stack.login(body)).status).toBe(200);
    const before = await tables();
    expect(await stack.login(body)).toMatchObject(refusal(401, "invalid_code", "new_code"));
    expect(await tables()).toEqual(before);
  });

  test("at once: one session", async () => {
    const { person } = await regular();
    const before = await sessionsOf(person);
    const body = { code: code(person) };
    const answers = await Promise.all([stack.login(body), stack.login(body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await sessionsOf(person)).toHaveLength(before.length + 1);
  });
});

test("a client that is not bound, with a code only: a ticket that expires, and nothing else", async () => {
  const before = await tables();
  const attempts = await scan(stack.laptop, "Attempts");
  const person = stranger();
  const asked = Math.floor(Date.now() / 1000);
  const answer = await logIn(person);
  expect(answer).toMatchObject(refusal(409, "binding_required", "bind"));
  expect(await tables()).toEqual(before);

  const keys = new Set(attempts.map(({ key }) => key?.S));
  const added = (await scan(stack.laptop, "Attempts")).filter(({ key }) => !keys.has(key?.S));
  expect(added).toMatchObject([
    {
      key: { S: expect.stringMatching(/^ticket#/) },
      attemptsLeft: { N: "5" },
      expiresAt: { N: expect.any(String) },
    },
  ]);
  expect(JSON.stringify(added)).not.toContain(answer.body.bindTicket);
  const lifetime = Number(added[0]?.expiresAt?.N) - asked;
  expect(lifetime).toBeGreaterThanOrEqual(600);
  expect(lifetime).toBeLessThan(660);
});

describe("a request that is none", () => {
  const post = (body: string, contentType = "application/json") =>
    stack.call("POST /login", { headers: { "content-type": contentType }, body });

  async function expectNoInputOutput(answers: () => Promise<void>) {
    const asked = stack.simulator.requests.length;
    await answers();
    expect(calls).toEqual([]);
    expect(stack.simulator.requests).toHaveLength(asked);
  }

  test.each<[what: string, body: string, fields?: string[]]>([
    ["nothing", ""],
    ["half of an object", '{"code":"x"'],
    ["a list", '[{"code":"x"}]'],
    ["a string", '"code"'],
    ["null", "null"],
    ["no code", "{}", ["code"]],
    ["a code that is a number", '{"code":1}', ["code"]],
    ["a code that is null", '{"code":null}', ["code"]],
    ["a code in a list", '{"code":["x"]}', ["code"]],
    ["a code in an object", '{"code":{"toString":"x"}}', ["code"]],
    ["an empty code", '{"code":""}', ["code"]],
    ["a code with a null byte", '{"code":"x\\u0000y"}', ["code"]],
    ["a code with half a character", '{"code":"x\\ud800"}', ["code"]],
    ["a code of 129 characters", JSON.stringify({ code: "x".repeat(129) }), ["code"]],
    ["__proto__", '{"code":"x","__proto__":{"username":"zhangsan"}}', ["__proto__"]],
    ["constructor", '{"code":"x","constructor":{}}', ["constructor"]],
    ["a username alone", '{"code":"x","username":"zhangsan"}', ["password"]],
    ["a password alone", '{"code":"x","password":"pwd123456"}', ["username"]],
    ["a password that is true", '{"code":"x","username":"zhangsan","password":true}', ["password"]],
    [
      "a password of 257 characters",
      JSON.stringify({ code: "x", username, password: "p".repeat(257) }),
      ["password"],
    ],
    ["a username with a null byte", JSON.stringify({ code: "x", username: "a\0b", password }), ["username"]],
    [
      "code and ticket",
      JSON.stringify({ code: "x", bindTicket: "t".repeat(43), username, password }),
      ["code", "bindTicket"],
    ],
    ["a ticket without a password", JSON.stringify({ bindTicket: "t".repeat(43) }), ["username", "password"]],
    ["a ticket that is none", JSON.stringify({ bindTicket: "t", username, password }), ["bindTicket"]],
    ["another mini-program", '{"code":"x","appId":"wx9999999999999999"}', ["appId"]],
    ["deep nesting", `{"code":${"[".repeat(1_000)}${"]".repeat(1_000)}}`, ["code"]],
  ])("%s: 400 that names the field, and nobody is asked", async (_, body, fields) => {
    await expectNoInputOutput(async () => {
      const answer = await post(body);
      expect(answer).toMatchObject(refusal(400, "invalid_request", "fix_request"));
      expect(answer.body.fields).toEqual(fields);
      expect(answer.body.detail).toEqual(expect.any(String));
    });
  });

  test.each([
    ["no base64", "%%%"],
    ["base64 of what is not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]).toString("base64")],
    ["base64 of what is not JSON", Buffer.from("{").toString("base64")],
  ])("%s: 400, and nobody is asked", async (_, body) => {
    const [login] = stack.laptop.assembly.routes.filter(({ routeKey }) => routeKey === "ANY /login");
    const event = {
      headers: { "content-type": "application/json" },
      requestContext: { requestId: "r", http: { method: "POST", sourceIp: "127.0.0.1" } },
      body,
      isBase64Encoded: true,
    };
    await expectNoInputOutput(async () => {
      const { payload } = await stack.laptop.functions.invoke(
        login?.functionArn ?? "",
        JSON.stringify(event),
      );
      const { statusCode, body } = JSON.parse(payload);
      expect(statusCode).toBe(400);
      expect(JSON.parse(body)).toMatchObject({ code: "invalid_request", action: "fix_request" });
    });
  });

  const padded = (bytes: number, filler = " ") => {
    const start = '{"code":"made up","padding":"';
    return `${start}${filler.repeat((bytes - start.length - 2) / Buffer.byteLength(filler))}"}`;
  };

  test.each([
    ["4,097 bytes", padded(4_097)],
    ["4,097 bytes in fewer characters", padded(4_097, "é")],
    ["a megabyte", padded(1_048_577)],
  ])("%s: 413, and nobody is asked", async (_, body) => {
    await expectNoInputOutput(async () => {
      expect(await post(body)).toMatchObject(refusal(413, "payload_too_large", "fix_request"));
    });
  });

  test("4,096 bytes are not too many: WeChat is asked", async () => {
    expect(await post(padded(4_096))).toMatchObject(refusal(401, "invalid_code", "new_code"));
  });

  test("a form: 415, and nobody is asked", async () => {
    await expectNoInputOutput(async () => {
      const answer = await post("code=x", "application/x-www-form-urlencoded");
      expect(answer).toMatchObject(refusal(415, "unsupported_media_type", "fix_request"));
    });
  });
});

describe("a clock that is off by five minutes", () => {
  const fiveMinutes = 5 * 60_000;
  const day = 86_400_000;

  test("on the client's side does not count: whatever it says, the server's decides", async () => {
    const before = Date.now();
    const now = new Date(before - fiveMinutes);
    const { body } = await stack.call("POST /login", {
      headers: { "content-type": "application/json", date: now.toUTCString() },
      body: JSON.stringify({
        ...{ code: code(stranger()), username, password },
        ...{ now: now.getTime(), createdAt: now, expiresAt: now },
      }),
    });
    // The session ends with a whole second.
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(before + day - 1_000);
    expect(Date.parse(body.expiresAt)).toBeLessThanOrEqual(Date.now() + day);
  });

  test("on the server's side counts from then on, and moves no expiry of before", async () => {
    const { person, session, expiresAt } = await regular();
    onTestFinished(() => instancesRun(withoutChance));
    for (const offset of [-fiveMinutes, fiveMinutes]) {
      const before = await sessionsOf(person);
      instancesRun(withClockOffBy(offset));
      await stack.laptop.functions.recycle();
      expect(await stack.call("GET /session", { session })).toMatchObject({
        status: 200,
        body: { expiresAt },
      });

      const began = Date.now() + offset;
      const { status, body } = await logIn(person);
      expect(status).toBe(200);
      expect(Date.parse(body.expiresAt)).toBeGreaterThan(began + day - 1_000);
      expect(Date.parse(body.expiresAt)).toBeLessThanOrEqual(Date.now() + offset + day);
      expect((await stack.call("GET /session", { session: body.sessionId })).status).toBe(200);

      expect(await sessionsOf(person)).toEqual(expect.arrayContaining(before));
      expect(await stack.call("GET /session", { session })).toMatchObject({
        status: 200,
        body: { expiresAt },
      });
    }
  });
});

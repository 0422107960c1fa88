import { describe, expect, test } from "vitest";
import { type Trouble, Troubles } from "../../simulator/trouble.ts";
import { errcodeOf, exchange, exchangePath, simulate } from "../support/simulator.ts";

/** What one exchange by alice looks like with the trouble in place. */
async function troubled(trouble: Trouble) {
  const { simulator } = await simulate();
  simulator.trouble(trouble);
  return exchange(simulator, simulator.login("alice"));
}

const errcodes = [-1, 40029, 40163, 40226, 45011, 40013, 40125, 40243, 41002, 41004, 41008, 50002, 99999];

describe("a forced errcode", () => {
  test.each(errcodes)("%i arrives as a number, in WeChat's form", async (errcode) => {
    const answer = await troubled({ errcode });
    expect(answer.status).toBe(200);
    expect(answer.type).toBe("text/plain");
    expect(answer.json).toEqual({ errcode, errmsg: expect.stringMatching(/^\S.*, rid: [0-9a-f-]{26}$/) });
  });

  test.each(errcodes)("%i arrives as a string if it was given as one", async (errcode) => {
    expect(errcodeOf(await troubled({ errcode: String(errcode) }))).toBe(String(errcode));
  });

  test.each([0, "0"])("%j goes along with the success", async (errcode) => {
    const answer = await troubled({ errcode });
    expect(answer.json).toMatchObject({
      errcode,
      openid: expect.any(String),
      session_key: expect.any(String),
    });
  });
});

describe("over a real connection", () => {
  test.each([500, 502, 503, 429])("HTTP %i comes with an HTML page", async (status) => {
    const answer = await troubled({ status });
    expect(answer.status).toBe(status);
    expect(answer.type).toBe("text/html");
    expect(answer.text).toContain(`<h1>${status}</h1>`);
  });

  test("a redirect names another path of the simulator, so that whoever follows it shows up in the log", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ status: 302 });
    await fetch(simulator.url + exchangePath(simulator.login("alice")));
    expect(simulator.requests.map(({ path }) => path)).toEqual(["/sns/jscode2session", "/elsewhere"]);
  });

  test("an HTML page comes with status 200", async () => {
    const answer = await troubled({ body: "html" });
    expect([answer.status, answer.type, answer.json]).toEqual([200, "text/html", undefined]);
  });

  test("truncated JSON is a complete HTTP answer", async () => {
    const answer = await troubled({ body: "truncated" });
    expect([answer.status, answer.json]).toEqual([200, undefined]);
    expect(answer.text).toMatch(/^\{"session_key":/);
    expect(answer.headers.get("content-length")).toBe(String(answer.text.length));
  });

  test("an oversize body is over 64 KiB, does not say so in advance, and is otherwise right", async () => {
    const answer = await troubled({ body: "oversize" });
    expect(answer.text.length).toBeGreaterThan(64 * 1024);
    expect(answer.headers.get("content-length")).toBeNull();
    expect(answer.json).toMatchObject({ openid: expect.any(String), session_key: expect.any(String) });
  });

  test("a success may lack its openid", async () => {
    const answer = await troubled({ body: "no_openid" });
    expect(Object.keys(Object(answer.json)).sort()).toEqual(["session_key", "unionid"]);
  });

  test.each(["application/json", "text/html; charset=utf-8"])("JSON may come as %s", async (contentType) => {
    const answer = await troubled({ contentType });
    expect(answer.type).toBe(contentType);
    expect(answer.json).toMatchObject({ openid: expect.any(String) });
  });

  test("the connection may end before the first byte", async () => {
    await expect(troubled({ drop: "before" })).rejects.toThrow("fetch failed");
  });

  test("the connection may end halfway through the answer", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ drop: "after" });
    const response = await fetch(simulator.url + exchangePath(simulator.login("alice")));
    expect(response.status).toBe(200);
    const received: Uint8Array[] = [];
    await expect(async () => {
      for await (const chunk of response.body ?? []) received.push(chunk);
    }).rejects.toThrow("terminated");
    expect(Buffer.concat(received).toString()).toMatch(/^\{"session_key":/);
    expect(Buffer.concat(received).length).toBeLessThan(Number(response.headers.get("content-length")));
  });

  test("latency comes before the answer", async () => {
    const start = performance.now();
    const answer = await troubled({ latencyMs: 30 });
    // A timer may fire a millisecond early.
    expect(performance.now() - start).toBeGreaterThanOrEqual(28);
    expect(errcodeOf(answer)).toBeUndefined();
  });

  test("a dripping answer starts with its first bytes and ends with the connection", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ drip: { bytes: 5, everyMs: 3_600_000 } });
    const response = await fetch(simulator.url + exchangePath(simulator.login("alice")));
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"ses');
    await simulator.close();
    await expect(reader?.read()).rejects.toThrow("terminated");
  });

  test("a dripping answer arrives whole if one waits", async () => {
    expect(errcodeOf(await troubled({ drip: { bytes: 20, everyMs: 1 }, errcode: 40029 }))).toBe(40029);
  });
});

describe("the code of a troubled call", () => {
  const spent: Trouble[] = [
    { body: "truncated" },
    { body: "oversize" },
    { body: "no_openid" },
    { drop: "after" },
    { latencyMs: 1 },
    { contentType: "application/json" },
    { errcode: 0 },
    { errcode: -1, spendsCode: true },
    { status: 502, spendsCode: true },
    { drop: "before", spendsCode: true },
  ];
  const unspent: Trouble[] = [
    { errcode: -1 },
    { status: 502 },
    { body: "html" },
    { drop: "before" },
    { errcode: 40029, spendsCode: false },
  ];
  const fate = async (trouble: Trouble) => {
    const { simulator } = await simulate();
    const code = simulator.login("alice");
    simulator.trouble({ ...trouble, times: 1 });
    await exchange(simulator, code).catch(() => "broken");
    return { exchanges: simulator.exchanges, again: errcodeOf(await exchange(simulator, code)) };
  };

  test.each(spent)("is spent: %j", async (trouble) => {
    expect(await fate(trouble)).toEqual({ exchanges: 1, again: 40163 });
  });

  test.each(unspent)("is not spent: %j", async (trouble) => {
    expect(await fate(trouble)).toEqual({ exchanges: 0, again: undefined });
  });
});

describe("troubles", () => {
  const next = async (simulator: Awaited<ReturnType<typeof simulate>>["simulator"], calls: number) => {
    const seen: unknown[] = [];
    for (let i = 0; i < calls; i += 1)
      seen.push(errcodeOf(await exchange(simulator, simulator.login("alice"))));
    return seen;
  };

  test("with times hit the next calls only", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ errcode: -1, times: 2 });
    expect(await next(simulator, 3)).toEqual([-1, -1, undefined]);
  });

  test("without times hit all calls until cleared", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ errcode: -1 });
    expect(await next(simulator, 3)).toEqual([-1, -1, -1]);
    simulator.clearTrouble();
    expect(await next(simulator, 1)).toEqual([undefined]);
  });

  test("strike in the order they were added, the standing one last, the newest of those", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ errcode: 50002 });
    simulator.trouble({ errcode: 45011 });
    simulator.trouble({ errcode: -1, times: 1 });
    simulator.trouble({ errcode: 40029, times: 1 });
    expect(simulator.troubles).toMatchObject([
      { path: "/sns/jscode2session", errcode: 45011, left: "until cleared" },
      { errcode: -1, left: 1 },
      { errcode: 40029, left: 1 },
    ]);
    expect(await next(simulator, 4)).toEqual([-1, 40029, 45011, 45011]);
  });

  test("of one path leave another path alone", () => {
    const troubles = new Troubles(["/a", "/b"], "/a");
    troubles.add({ errcode: -1 });
    troubles.add({ path: "/b", errcode: 50002 });
    expect([troubles.next("/a")?.errcode, troubles.next("/b")?.errcode]).toEqual([-1, 50002]);
  });
});

import { describe, expect, test } from "vitest";
import { ControlError } from "../../simulator/control-input.ts";
import { cafe, call, errcodeOf, exchange, field, shop, simulate, wire } from "../support/simulator.ts";

describe("over HTTP", () => {
  test("GET /_sim/ lists the apps and every control, without a secret", async () => {
    const { simulator } = await simulate();
    const answer = await call(simulator, "GET", "/_sim/");
    expect(answer.type).toContain("application/json");
    for (const control of [
      "POST /_sim/login",
      "POST /_sim/trouble",
      "DELETE /_sim/trouble",
      "GET /_sim/requests",
    ]) {
      expect(answer.text).toContain(`"${control}"`);
    }
    expect(answer.text).toContain(shop.appId);
    expect(answer.text).not.toContain(shop.secret);
    expect((await call(simulator, "GET", "/_sim")).text).toBe(answer.text);
  });

  test("POST /_sim/login gives a code of the app, or of the first app", async () => {
    const { simulator } = await simulate();
    const first = await call(simulator, "POST", "/_sim/login", { user: "alice" });
    expect([first.status, Object.keys(Object(first.json))]).toEqual([200, ["code"]]);
    expect(errcodeOf(await exchange(simulator, field(first, "code")))).toBeUndefined();
    const other = await call(simulator, "POST", "/_sim/login", { user: "alice", appid: cafe.appId });
    expect(errcodeOf(await exchange(simulator, field(other, "code"), wire(cafe)))).toBeUndefined();
  });

  test("POST /_sim/apps/{appid} shows and changes a mini-program without repeating its secret", async () => {
    const { simulator } = await simulate();
    const path = `/_sim/apps/${shop.appId}`;
    const shown = {
      appid: shop.appId,
      owner: "acme",
      tokenLifetimeSeconds: 7200,
      ipAllowlist: [],
      phoneQuota: 1000,
      callsPerDay: 0,
    };
    expect((await call(simulator, "POST", path)).json).toEqual(shown);
    const change = {
      owner: "umbrella",
      tokenLifetimeSeconds: 345,
      phoneQuota: 0,
      ipAllowlist: ["::1"],
      callsPerDay: 3,
    };
    const answer = await call(simulator, "POST", path, { ...change, secret: "rotated" });
    expect(answer.json).toEqual({ ...shown, ...change });
    simulator.app(shop.appId, { callsPerDay: 0, owner: undefined });
    expect((await call(simulator, "POST", path)).json).toEqual({ ...shown, ...change, callsPerDay: 0 });
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBe(40125);
    expect(
      errcodeOf(await exchange(simulator, simulator.login("alice"), { secret: "rotated" })),
    ).toBeUndefined();
  });

  test("POST /_sim/users/{user} blocks, unblocks and shows", async () => {
    const { simulator } = await simulate();
    const path = `/_sim/users/${encodeURIComponent("张三/1")}`;
    expect((await call(simulator, "POST", path, { blocked: true })).json).toMatchObject({ blocked: true });
    expect(errcodeOf(await exchange(simulator, simulator.login("张三/1")))).toBe(40226);
    const shown = await call(simulator, "POST", path);
    const { identities, ...person } = simulator.user("张三/1");
    const onTheWire = identities.map(({ appId, ...identity }) => ({ appid: appId, ...identity }));
    expect(shown.json).toEqual({ ...person, identities: onTheWire });
    expect((await call(simulator, "POST", path, { blocked: false })).json).toMatchObject({ blocked: false });
    expect(errcodeOf(await exchange(simulator, simulator.login("张三/1")))).toBeUndefined();
  });

  test("/_sim/trouble adds, shows and clears", async () => {
    const { simulator } = await simulate();
    const pending = { pending: [{ path: "/sns/jscode2session", errcode: "45011", times: 2, left: 2 }] };
    const added = await call(simulator, "POST", "/_sim/trouble", { errcode: "45011", times: 2 });
    expect([added.status, added.json]).toEqual([200, pending]);
    expect((await call(simulator, "GET", "/_sim/trouble")).json).toEqual(pending);
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBe("45011");
    expect((await call(simulator, "DELETE", "/_sim/trouble")).json).toEqual({ pending: [] });
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBeUndefined();
  });

  test("GET /_sim/requests shows what the simulator object shows", async () => {
    const { simulator } = await simulate();
    await exchange(simulator, simulator.login("alice"));
    await exchange(simulator, "made-up");
    const { json } = await call(simulator, "GET", "/_sim/requests");
    const requests = simulator.requests.map(({ appId, ...request }) => ({ appid: appId, ...request }));
    expect(json).toEqual({ exchanges: 1, connections: simulator.connections, requests });
  });
});

describe("a wrong control names the field, shows what works, and changes nothing", () => {
  test.each([
    ["/_sim/login", "", "user", "is missing"],
    ["/_sim/login", {}, "user", "is missing"],
    ["/_sim/login", { user: "" }, "user", "must be a string that is not empty"],
    ["/_sim/login", { user: 7 }, "user", "must be a string that is not empty"],
    ["/_sim/login", { user: null }, "user", "must be a string that is not empty"],
    ["/_sim/login", { user: "alice", appId: "x" }, "appId", "is unknown; known are user, appid"],
    ["/_sim/login", { user: "alice", appid: "wxdead" }, "appid", "is not an app of this simulator"],
    ["/_sim/login", "{user: alice}", "body", "must be JSON"],
    ["/_sim/login", [], "body", "must be a JSON object"],
    ["/_sim/login", "null", "body", "must be a JSON object"],
    [`/_sim/apps/${shop.appId}`, { secret: "" }, "secret", "must be a string that is not empty"],
    [
      `/_sim/apps/${shop.appId}`,
      { tokenLifetimeSeconds: 300 },
      "tokenLifetimeSeconds",
      "must be a whole number from 301 to 7200",
    ],
    [`/_sim/apps/${shop.appId}`, { ipAllowlist: "::1" }, "ipAllowlist", "must be a list of addresses"],
    [
      `/_sim/apps/${shop.appId}`,
      { ipAllowlist: ["::1", 7] },
      "ipAllowlist",
      "must be a string that is not empty",
    ],
    [`/_sim/apps/${shop.appId}`, { phoneQuota: -1 }, "phoneQuota", "must be a whole number from 0"],
    ["/_sim/apps/wxdead", { secret: "s" }, "appid", "is not an app of this simulator"],
    ["/_sim/apps/", { secret: "s" }, "appid", "is not an app of this simulator"],
    ["/_sim/users/alice", { riskRank: 5 }, "riskRank", "must be a whole number from 0 to 4"],
    ["/_sim/users/alice", { blocked: "yes" }, "blocked", "must be true or false"],
    ["/_sim/users/", { blocked: true }, "user", "is missing in the path"],
    ["/_sim/users/%E5", { blocked: true }, "path", "must be percent-encoded"],
    ["/_sim/trouble", {}, "trouble", "must say what goes wrong"],
    ["/_sim/trouble", { latency: 5 }, "latency", "is unknown; known are"],
    ["/_sim/trouble", { errcode: "busy" }, "errcode", "must be a whole number"],
    ["/_sim/trouble", { errcode: 1.5 }, "errcode", "must be a whole number"],
    ["/_sim/trouble", { errcode: -1, times: 0 }, "times", "must be a whole number from 1"],
    ["/_sim/trouble", { errcode: -1, status: 500 }, "status", "cannot go with errcode"],
    ["/_sim/trouble", { errcode: -1, path: "/sns/typo" }, "path", "must be one of /sns/jscode2session"],
    ["/_sim/trouble", { status: 200 }, "status", "must be an HTTP status from 400"],
    ["/_sim/trouble", { body: "xml" }, "body", "must be one of html"],
    ["/_sim/trouble", { drop: "never" }, "drop", "must be one of before, after"],
    ["/_sim/trouble", { drip: 5 }, "drip", "must be an object"],
    ["/_sim/trouble", { drip: { bytes: 1 } }, "everyMs", "is missing"],
    ["/_sim/trouble", { drip: { everyMs: 1, bites: 1 } }, "bites", "is unknown"],
    ["/_sim/trouble", { contentType: "json\r\nx: y" }, "contentType", "must be a media type"],
    ["/_sim/trouble", { drop: "after", spendsCode: false }, "spendsCode", "cannot be false"],
  ])("POST %s %j: %s", async (path, body, name, problem) => {
    const { simulator } = await simulate();
    const answer = await call(simulator, "POST", path, body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ error: expect.any(String), field: name, example: expect.anything() });
    expect(field(answer, "error")).toContain(`"${name}" ${problem}`);
    expect(simulator.troubles).toEqual([]);
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBeUndefined();
  });

  test("and its example works when it is sent back", async () => {
    const { simulator } = await simulate();
    for (const path of ["/_sim/login", `/_sim/apps/${shop.appId}`, "/_sim/trouble", "/_sim/users/alice"]) {
      const { json } = await call(simulator, "POST", path, { nonsense: true });
      const example =
        typeof json === "object" && json !== null && "example" in json ? json.example : undefined;
      expect((await call(simulator, "POST", path, example)).status).toBe(200);
    }
  });

  test("in-process too, by throwing", async () => {
    const { simulator } = await simulate();
    expect(() => simulator.login("alice", "wxdead")).toThrow(ControlError);
    expect(() => simulator.trouble({ errcode: -1, times: 0 })).toThrow(/"times" must be a whole number/);
    expect(() => simulator.app("wxdead", { secret: "s" })).toThrow(ControlError);
  });

  test("and never repeats a secret that came in the wrong place", async () => {
    const { simulator } = await simulate();
    for (const [appId, body] of [
      [shop.secret, { secret: "s" }],
      [shop.appId, { secret: [shop.secret] }],
      [shop.appId, shop.secret],
    ]) {
      const answer = await call(simulator, "POST", `/_sim/apps/${appId}`, body);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(shop.secret);
    }
  });
});

test.each([
  ["GET", "/_sim/login", 405, "POST"],
  ["PUT", "/_sim/trouble", 405, "POST, GET, DELETE"],
  ["POST", "/_sim/nothing", 404, null],
  ["POST", "/_sim/users/alice/more", 404, null],
])("%s %s is %i", async (method, path, status, allow) => {
  const { simulator } = await simulate();
  const answer = await call(simulator, method, path);
  expect([answer.status, answer.headers.get("allow")]).toEqual([status, allow]);
  expect(field(answer, "error")).not.toBe("");
});

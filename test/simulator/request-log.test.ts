import { describe, expect, test } from "vitest";
import { codeHash, type LoggedRequest, logLimit, remember } from "../../simulator/request-log.ts";
import { call, exchange, exchangePath, field, noon, shop, simulate } from "../support/simulator.ts";

describe("the request log", () => {
  test("names time, path, app, outcome, connection and a hash of the code", async () => {
    const { simulator, time } = await simulate();
    const code = simulator.login("alice");
    await exchange(simulator, code);
    time.now = noon + 1000;
    await exchange(simulator, code);
    await exchange(simulator, code, { js_code: null, appid: null });
    const common = { path: "/sns/jscode2session", connection: expect.any(Number) };
    const known = { appId: shop.appId, codeHash: codeHash(code) };
    expect(simulator.requests).toEqual([
      { ...common, ...known, time: "2025-01-15T12:00:00.000Z", errcode: 0 },
      { ...common, ...known, time: "2025-01-15T12:00:01.000Z", errcode: 40163 },
      { ...common, time: "2025-01-15T12:00:01.000Z", errcode: 41002 },
    ]);
  });

  test("tells the trouble that hit a call, and no errcode where none was sent", async () => {
    const { simulator } = await simulate();
    simulator.trouble({ status: 502, times: 1 });
    simulator.trouble({ errcode: "45011", times: 1 });
    await exchange(simulator, simulator.login("alice"));
    await exchange(simulator, simulator.login("alice"));
    expect(simulator.requests).toMatchObject([
      { errcode: undefined, trouble: { status: 502 } },
      { errcode: 45011, trouble: { errcode: "45011" } },
    ]);
  });

  test("does not keep controls", async () => {
    const { simulator } = await simulate();
    await call(simulator, "POST", "/_sim/login", { user: "alice" });
    expect(simulator.requests).toEqual([]);
  });

  test("keeps nothing secret, wherever a caller puts it", async () => {
    const { simulator } = await simulate();
    const code = simulator.login("alice");
    const key = field(await exchange(simulator, code), "session_key");
    simulator.app(shop.appId, { secret: "rotated-secret" });
    await exchange(simulator, code);
    await exchange(simulator, code, { appid: shop.secret });
    await exchange(simulator, shop.secret, { secret: code });
    await call(simulator, "GET", exchangePath(code, { secret: "rotated-secret" }).replace("?", "&"));
    await call(simulator, "GET", `/${shop.secret}/${code}`);
    await call(simulator, "POST", "/sns/jscode2session", { secret: shop.secret, js_code: code });
    expect(simulator.requests).toHaveLength(7);
    const everything = JSON.stringify(simulator) + (await call(simulator, "GET", "/_sim/requests")).text;
    for (const secret of [shop.secret, "rotated-secret", key, code]) expect(everything).not.toContain(secret);
  });

  test("still names an AppId that is unknown but looks like one", async () => {
    const { simulator } = await simulate();
    await exchange(simulator, "made-up", { appid: "wxffffffffffffffff" });
    expect(simulator.requests[0]).toMatchObject({ appId: "wxffffffffffffffff", errcode: 40013 });
  });

  test("forgets the oldest calls beyond its limit, in place", () => {
    const log: LoggedRequest[] = [];
    const entry = { time: "", path: "", errcode: 0 };
    for (let connection = 0; connection <= logLimit; connection += 1) remember(log, { ...entry, connection });
    expect(log).toHaveLength(logLimit);
    expect(log[0]?.connection).toBe(1);
  });
});

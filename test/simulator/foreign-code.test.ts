import { describe, expect, test } from "vitest";
import type { LoggedRequest } from "../../simulator/request-log.ts";
import { accessToken, cafe, call, exchange, shop, simulate, solo, wire } from "../support/simulator.ts";

/** The form of a code that WeChat gave to a phone. */
const weChats = "0b3Rnq000Wxyz1KFOn300gB5Na2Rnq0M";

async function listening() {
  const told: LoggedRequest[] = [];
  const { simulator, time } = await simulate({ onRequest: (request) => told.push(request) });
  return { simulator, time, told, advice: () => told.map(({ advice }) => advice) };
}

describe("a code that was never given out here", () => {
  test.each([
    ["the WeChat IDE's without an AppId", "the code is a mock one"],
    ["a phone's", weChats],
  ])("is advised about: %s", async (_whose, code) => {
    const { simulator, told } = await listening();
    await exchange(simulator, code);
    expect(told).toEqual(simulator.requests);
    expect(told).toMatchObject([
      { errcode: 40029, advice: expect.stringContaining("gave out no such code") },
    ]);
    expect(told[0]?.advice).toContain("POST /_sim/login");
    expect(told[0]?.advice).not.toContain(weChats);
    const log = (await call(simulator, "GET", "/_sim/requests")).json;
    expect(log).toMatchObject({ requests: [{ appid: shop.appId, advice: told[0]?.advice }] });
  });

  test("is advised about when it stands for a phone number", async () => {
    const { simulator, advice } = await listening();
    const path = `/wxa/business/getuserphonenumber?access_token=${await accessToken(simulator)}`;
    await call(simulator, "POST", path, {
      code: "e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144",
    });
    expect(advice()).toEqual([undefined, expect.stringContaining("POST /_sim/phone")]);
  });

  test("is not, when it does not look like WeChat's, such as one made up to try an AppSecret", async () => {
    const { simulator, advice } = await listening();
    await exchange(simulator, "made-up-to-ask-about-the-secret-");
    expect(advice()).toEqual([undefined]);
  });
});

test("codes of the simulator's are no foreign ones: used, expired long ago, another app's", async () => {
  const { simulator, advice } = await listening();
  const code = simulator.login("alice");
  await exchange(simulator, code);
  await exchange(simulator, code);
  await exchange(simulator, simulator.login("alice", cafe.appId), wire(solo));
  simulator.forward(86_400);
  simulator.login("bob");
  await exchange(simulator, code);
  expect(simulator.requests.map(({ errcode }) => errcode)).toEqual([0, 40163, 40029, 40029]);
  expect(advice()).toEqual([undefined, undefined, undefined, undefined]);
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openData } from "../../client/open-data.ts";
import { bindPhone, phoneNumber } from "../../client/phone.ts";
import { createLogin } from "../../client/weapp-login.ts";
import { sample } from "../../local/sample.ts";
import { type StackOnLaptop, startStackOnLaptop, withMore } from "../support/stack-on-laptop.ts";
import { wxOverFetch } from "../support/wx-over-fetch.ts";

const number = "+8613900000001";

let stack: StackOnLaptop;
beforeAll(async () => {
  stack = await startStackOnLaptop({ settings: withMore });
  await stack.admin({ action: "accounts.phone", account: sample.username, phoneNumber: number });
}, 120_000);
afterAll(() => stack.close());

/** A mini-program on somebody's phone. */
const loginOf = (user: string) =>
  createLogin({ baseUrl: stack.laptop.url, wx: wxOverFetch(() => stack.simulator.login(user)) });

/** What the button hands to its listener. */
function tap(user: string) {
  stack.simulator.user(user, { phoneNumber: number.slice(3) });
  return stack.simulator.phone(user);
}

describe("the SDK and the stack", () => {
  test("one tap binds, and the next start logs in silently", async () => {
    const login = loginOf("walker");
    expect(await bindPhone(login, tap("walker"))).toMatchObject({ userId: sample.userId });
    expect(await loginOf("walker").login()).toMatchObject({ userId: sample.userId });
    expect(await phoneNumber(login, tap("walker"))).toBe(number);
  });

  test("another WeChat with that number is told so, and its code is not sent again", async () => {
    const login = loginOf("stranger");
    const tapped = tap("stranger");
    await expect(bindPhone(login, tapped)).rejects.toMatchObject({ code: "phone_number_taken" });
    await expect(bindPhone(login, tapped)).rejects.toMatchObject({ action: "new_phone_code" });
  });

  test("steps are opened, and once more with a new login where the key is stale", async () => {
    const login = loginOf("walker");
    const steps = async () => stack.simulator.weRunData("walker");
    const { stepInfoList } = await openData(login, steps);
    expect(stepInfoList).toHaveLength(31);
    const before = login.session()?.sessionId;
    // Somebody else's wx.login on that phone.
    stack.simulator.login("walker");
    expect((await openData(login, steps)).stepInfoList).toEqual(stepInfoList);
    expect(login.session()?.sessionId).not.toBe(before);
    const { rawData, signature } = stack.simulator.userInfo("walker");
    expect(await openData(login, { rawData, signature })).toMatchObject({ nickName: "walker" });
  });
});

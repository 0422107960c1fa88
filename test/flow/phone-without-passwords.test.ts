import { afterAll, beforeAll, expect, test } from "vitest";
import type { AdminRequest } from "../../contract/operator-actions.ts";
import { askAdmin, setAppSecrets } from "../../local/after-deploy.ts";
import { type Laptop, startLaptop } from "../../local/laptop.ts";
import { sample } from "../../local/sample.ts";
import { startWeChatSimulator, type WeChatSimulator } from "../../simulator/simulator.ts";
import { assemblyWith } from "../support/assembly-with.ts";

let laptop: Laptop;
let simulator: WeChatSimulator;
beforeAll(async () => {
  simulator = await startWeChatSimulator({ apps: [{ appId: sample.appId, secret: sample.appSecret }] });
  const settings = { phone: "true", verifier: "none" };
  laptop = await startLaptop({
    assemblyDirectory: await assemblyWith(settings),
    weChatUrl: simulator.url,
    maxInstances: 4,
  });
  await setAppSecrets(laptop, sample.appSecret);
}, 120_000);
afterAll(async () => {
  await laptop.close();
  await simulator.close();
});

async function logIn(user: string, phoneNumber?: string) {
  if (phoneNumber !== undefined) simulator.user(user, { phoneNumber });
  const phone = phoneNumber !== undefined && { phoneCode: Object(simulator.phone(user)).code };
  const response = await fetch(`${laptop.url}/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: simulator.login(user), ...phone }),
  });
  return { status: response.status, body: Object(await response.json()) };
}

const admin = (request: AdminRequest) => askAdmin(laptop, request);

test("a code alone makes no account, a new number does, and it is found by it", async () => {
  expect(await logIn("alice")).toMatchObject({ status: 409, body: { code: "binding_required" } });
  const { status, body } = await logIn("alice", "13800138000");
  expect({ status, newBinding: body.newBinding }).toEqual({ status: 200, newBinding: true });
  expect(await logIn("alice")).toMatchObject({ status: 200, body: { userId: body.userId } });
  const phoneNumber = "+8613800138000";
  expect(await admin({ action: "bindings.find", of: { phoneNumber } })).toMatchObject({
    bindings: [{ userId: body.userId }],
  });
});

test("the number's next holder is refused, and gets an account of their own once an operator has taken it", async () => {
  const { userId } = (await logIn("bob", "13800138001")).body;
  expect(await logIn("carol", "13800138001")).toMatchObject({
    status: 409,
    body: { code: "phone_number_taken" },
  });
  expect(await admin({ action: "accounts.removePhone", account: userId })).toEqual({ userId });
  const next = await logIn("carol", "13800138001");
  expect(next).toMatchObject({ status: 200, body: { newBinding: true } });
  expect(next.body.userId).not.toBe(userId);
  expect(await logIn("bob")).toMatchObject({ status: 200, body: { userId } });
});

test("16 at once with one new number: one account, one identity", async () => {
  const people = Array.from({ length: 16 }, (_, index) => `racer ${index}`);
  const answers = await Promise.all(people.map((racer) => logIn(racer, "13800138002")));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const codes = new Set(answers.flatMap(({ status, body }) => (status === 200 ? [] : [body.code])));
  expect(codes).toEqual(new Set(["phone_number_taken"]));
});

import { afterEach, expect, test } from "vitest";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import { setAppSecrets } from "../../local/after-deploy.ts";
import { sample } from "../../local/sample.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

let stack: StackOnLaptop;
afterEach(() => stack.close());

test("a placeholder AppSecret fails closed, and the real one works at the next login, without a restart", async () => {
  stack = await startStackOnLaptop({ maxInstances: 1 });
  const { laptop, simulator } = stack;
  await setAppSecrets(laptop, appSecretPlaceholder);
  const unset = await stack.login({ code: simulator.login("alice") });
  expect(unset).toMatchObject({ status: 503, body: { code: "not_configured", action: "contact_support" } });
  expect(simulator.requests).toEqual([]);

  await setAppSecrets(laptop, sample.appSecret);
  expect((await stack.login({ code: simulator.login("alice") })).body.code).toBe("binding_required");
});

test("a rotated AppSecret reaches a warm instance at its first refused call", async () => {
  stack = await startStackOnLaptop({ maxInstances: 1 });
  const { laptop, simulator } = stack;
  expect((await stack.login({ code: simulator.login("alice") })).body.code).toBe("binding_required");

  simulator.app(sample.appId, { secret: "the new secret" });
  const inBetween = await stack.login({ code: simulator.login("alice") });
  expect(inBetween).toMatchObject({ status: 503, body: { code: "wechat_unavailable", action: "new_code" } });

  await setAppSecrets(laptop, "the new secret");
  expect((await stack.login({ code: simulator.login("alice") })).body.code).toBe("binding_required");
});

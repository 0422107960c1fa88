import { afterAll, beforeAll, expect, test } from "vitest";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

let stack: StackOnLaptop;
beforeAll(async () => {
  // Between two calls the process is stopped, as Lambda stops it: it cannot notice that WeChat hangs up.
  stack = await startStackOnLaptop({ freeze: true, maxInstances: 1, simulator: { keepAliveTimeout: 1 } });
});
afterAll(() => stack.close());

test("a login after WeChat has closed the frozen instance's connection works at the first try", async () => {
  const { simulator } = stack;
  for (let login = 1; login <= 5; login++) {
    const answer = await stack.login({ code: simulator.login("alice") });
    expect(answer.body.code).toBe("binding_required");
    await expect.poll(() => simulator.openConnections()).toBe(0);
  }
  expect(simulator.exchanges).toBe(5);
  expect(simulator.connections.filter((requests) => requests > 0)).toEqual([1, 1, 1, 1, 1]);
});

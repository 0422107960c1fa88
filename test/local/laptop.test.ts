import { expect, inject, onTestFinished, test } from "vitest";
import { addSampleAccount } from "../../local/after-deploy.ts";
import { startLaptop } from "../../local/laptop.ts";

test("a request that comes while the stack is set up waits until it is, and finds everything there", async () => {
  const order: string[] = [];
  let early: Promise<Response> | undefined;
  const laptop = await startLaptop({
    assemblyDirectory: inject("assembly"),
    weChatUrl: "http://127.0.0.1:9",
    maxInstances: 1,
    async setUp(laptop) {
      early = fetch(`${laptop.url}/session`, {
        headers: { authorization: `Bearer ${"A".repeat(64)}` },
      }).finally(() => order.push("answered"));
      await addSampleAccount(laptop);
      order.push("set up");
    },
  });
  onTestFinished(() => laptop.close());
  expect((await early)?.status).toBe(403);
  expect(order).toEqual(["set up", "answered"]);
});

test("what fails while it is set up is thrown, and leaves no port behind", async () => {
  let url = "";
  const started = startLaptop({
    assemblyDirectory: inject("assembly"),
    weChatUrl: "http://127.0.0.1:9",
    async setUp(laptop) {
      url = laptop.url;
      throw new Error("no such account");
    },
  });
  await expect(started).rejects.toThrow("no such account");
  await expect(fetch(url)).rejects.toThrow();
});

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { synthesize } from "../../local/synthesize.ts";

test("the same sources with the same context are synthesized once, and found again after that", async () => {
  const template = join(inject("assembly"), "WeappLogin.template.json");
  const { mtimeMs } = await stat(template);
  expect(await synthesize({ appId: sample.appId, hello: "true" })).toBe(inject("assembly"));
  expect((await stat(template)).mtimeMs).toBe(mtimeMs);
});

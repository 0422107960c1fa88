import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { bundleOf } from "../../lib/bundles.ts";

/** Of every deployment, whatever its owner has switched on. Not admin's: that knows every action of an operator. */
const bundles = ["login", "session", "authorizer", "verifier", "hello"] as const;
const tools = ["aws-cdk-lib", "esbuild", "valibot", "@aws-sdk/client-dynamodb", "@aws-sdk/client-lambda"];

/**
 * What is off costs nothing: phone numbers, access tokens, open data, risk ranks and a VPC add no route, no function, no
 * grant and no byte to a deployment that does without them. The file says what such a deployment consists of. It changes
 * with what everybody gets (a fix of the login, a row of errors, another version of a tool) and with nothing else:
 * `npx vitest run test/scripts/off-costs-nothing.test.ts --update` renews it, and the commit says why.
 */
test("a deployment without what is optional is, to the byte, what it was", async () => {
  const lines = [
    ...(await Promise.all(tools.map(async (name) => [name, await versionOf(name)] as const))),
    ["template", hash(await template())] as const,
    ...(await Promise.all(bundles.map(async (name) => [name, hash(await bundle(name))] as const))),
  ];
  const text = lines.map(([name, value]) => `${name.padEnd(24)} ${value}\n`).join("");
  await expect(text).toMatchFileSnapshot("off-costs-nothing.txt");
});

/**
 * As it is synthesized without any setting, but for the example; where a bundle is uploaded to says its hash only, and
 * where alarms are read about is what the owner of the repository has put into package.json.
 */
async function template(): Promise<string> {
  const text = await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8");
  const bare = text
    .replaceAll(/\b[0-9a-f]{64}\b/g, "BUNDLE")
    .replaceAll(/(?<=What to do: )[^"]+/g, "RUNBOOK");
  expect(bare).not.toBe(text);
  return bare;
}

function bundle(name: (typeof bundles)[number]): Promise<string> {
  return readFile(join(bundleOf(name), "index.mjs"), "utf8");
}

async function versionOf(name: string): Promise<string> {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(manifest, "utf8")).version;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { environments, type FunctionName } from "../../functions/environment.ts";
import { isRecord } from "../../local/aws/json.ts";

const dist = new URL("../../dist/", import.meta.url);
const names = Object.keys(environments);

/** The files that went into a bundle, as esbuild lists them: relative to the project. */
async function inputsOf(name: string): Promise<string[]> {
  const meta: unknown = JSON.parse(await readFile(new URL(`meta/${name}.json`, dist), "utf8"));
  if (!isRecord(meta) || !isRecord(meta.outputs)) throw new Error(`dist/meta/${name}.json is no metafile.`);
  const output = meta.outputs[`dist/functions/${name}/index.mjs`];
  if (!isRecord(output) || !isRecord(output.inputs)) throw new Error(`${name} has no output.`);
  return Object.keys(output.inputs);
}

/** Whose bundle has something of this npm package in it, wherever npm has put it. */
async function bundlesWith(packageName: string): Promise<string[]> {
  const inputs = await Promise.all(names.map(async (name) => [name, await inputsOf(name)] as const));
  return inputs
    .filter(([, files]) => files.some((file) => file.includes(`node_modules/${packageName}/`)))
    .map(([name]) => name);
}

describe("every bundle", () => {
  test.each(names)("%s exports a handler", async (name) => {
    const source = await readFile(new URL(`functions/${name}/index.mjs`, dist), "utf8");
    expect(source).toMatch(/export\s*\{[^}]*\bas handler\b[^}]*\}/);
  });

  test.each(names)("%s holds the functions and what they need, and nothing of the tools", async (name) => {
    const inputs = await inputsOf(name);
    expect(inputs).toContain(`functions/${name}/entry.ts`);
    expect(inputs.filter((file) => !/^functions\/|(^|\/)node_modules\//.test(file))).toEqual([]);
    const tools =
      /node_modules\/(aws-cdk|aws-cdk-lib|constructs|esbuild|dynalite|vitest|typescript|@types)\//;
    expect(inputs.filter((file) => tools.test(file))).toEqual([]);
  });

  test.each(names)("%s holds no other function", async (name) => {
    const entries = (await inputsOf(name)).filter((file) =>
      /^functions\/\w+\/(entry|handler)\.ts$/.test(file),
    );
    expect(entries.filter((file) => !file.startsWith(`functions/${name}/`))).toEqual([]);
  });
});

describe("the SDK", () => {
  test.each([
    ["@aws-sdk/client-lambda", ["login"]],
    ["@aws-sdk/client-secrets-manager", ["login", "admin"]],
  ])("%s is in no bundle but that of %j", async (packageName, expected) => {
    expect(await bundlesWith(packageName)).toEqual(expected);
  });

  test("the authorizer, which is on every request's way, goes without lib-dynamodb", async () => {
    expect(await bundlesWith("@aws-sdk/client-dynamodb")).toContain("authorizer");
    expect(await bundlesWith("@aws-sdk/lib-dynamodb")).not.toContain("authorizer");
  });

  test("hello needs none", async () => {
    const inputs = await inputsOf("hello");
    expect(inputs.filter((file) => file.includes("node_modules/"))).toEqual([]);
  });
});

/**
 * Bytes of the gzipped bundle, a little above today's. A cold start loads all of them, so that a jump must be a
 * decision: whoever makes it raises the number here.
 */
const budgets = {
  authorizer: 110_000,
  login: 140_000,
  session: 115_000,
  verifier: 115_000,
  admin: 125_000,
  hello: 2_000,
} satisfies Record<FunctionName, number>;

test.each(Object.entries(budgets))("%s is at most %i bytes to download", async (name, budget) => {
  const bundle = await readFile(new URL(`functions/${name}/index.mjs`, dist));
  expect(gzipSync(bundle).length).toBeLessThanOrEqual(budget);
});

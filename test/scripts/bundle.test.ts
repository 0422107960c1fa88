import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { environments, type FunctionName } from "../../contract/environment.ts";
import { isRecord } from "../../local/aws/json.ts";
import { leftOut, rowOf } from "../../scripts/left-out.ts";

const dist = new URL("../../dist/", import.meta.url);
const names = Object.keys(environments);

/** What esbuild says of a bundle. */
async function outputOf(name: string) {
  const meta: unknown = JSON.parse(await readFile(new URL(`meta/${name}.json`, dist), "utf8"));
  if (!isRecord(meta) || !isRecord(meta.outputs) || !isRecord(meta.inputs)) {
    throw new Error(`dist/meta/${name}.json is no metafile.`);
  }
  const output = meta.outputs[`dist/functions/${name}/index.mjs`];
  if (!isRecord(output) || !isRecord(output.inputs) || !Array.isArray(output.imports)) {
    throw new Error(`${name} has no output.`);
  }
  return { read: Object.keys(meta.inputs), inputs: output.inputs, imports: output.imports };
}

/** The files that went into a bundle, relative to the project, and what was left of each. */
async function sizesOf(name: string): Promise<{ file: string; bytes: number }[]> {
  const { inputs } = await outputOf(name);
  return Object.entries(inputs).map(([file, input]) => ({
    file,
    bytes: isRecord(input) ? Number(input.bytesInOutput) : Number.NaN,
  }));
}

/** The files that went into a bundle and of which something is left. */
async function inputsOf(name: string): Promise<string[]> {
  return (await sizesOf(name)).filter(({ bytes }) => bytes > 0).map(({ file }) => file);
}

async function builtInsOf(name: string): Promise<string[]> {
  const { imports } = await outputOf(name);
  return imports.map((imported) => (isRecord(imported) ? String(imported.path) : ""));
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
    expect(inputs.filter((file) => !/^(functions|contract)\/|(^|\/)node_modules\//.test(file))).toEqual([]);
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

describe("what costs every cold start, and nobody needs, is in no bundle:", () => {
  test.each([
    ["the SDK's ways to find credentials", /credential-provider|token-providers|nested-clients/],
    ["its configuration files", /shared-ini-file-loader|node-config-provider/],
    ["its rules for endpoints and its list of partitions", /endpoint\/(bdd|ruleset)|util-endpoints/],
    ["its signers", /signature-v4/],
    ["its request handlers", /node-http-handler|fetch-http-handler/],
    ["XML, CBOR and event streams", /xml-builder|submodules\/cbor|eventstream/],
    ["schemas and what walks them", /submodules\/schema\/schemas|codec|ShapeSerializer/],
    ["its errors, a class each", /client-[\w-]+\/dist-es\/models\/errors/],
    ["middlewares for each request", /middleware-(user-agent|logger|recursion-detection|host-header)/],
    ["logging, tracing and metrics libraries", /powertools|aws-xray|winston|pino/],
  ])("%s", async (_, unwanted) => {
    const found = await Promise.all(
      names.map(async (name) => (await inputsOf(name)).filter((file) => unwanted.test(file))),
    );
    expect(found.flat()).toEqual([]);
  });

  test("node:http, which loads all of undici when it is imported, and what only the SDK's look-ups use", async () => {
    const unwanted = ["http", "http2", "fs", "fs/promises", "os", "child_process", "zlib", "path"];
    for (const name of names) {
      const imported = await builtInsOf(name);
      expect(imported.filter((builtIn) => unwanted.includes(builtIn.replace("node:", "")))).toEqual([]);
    }
  });
});

test("every row of what is left out is met, and leaves next to nothing behind", async () => {
  const met = new Set<string>();
  for (const name of names) {
    for (const file of (await outputOf(name)).read) met.add(rowOf(file) ?? "");
    // The largest stands in for a module with a dozen exports.
    for (const { file, bytes } of await sizesOf(name)) if (rowOf(file)) expect(bytes, file).toBeLessThan(600);
  }
  met.delete("");
  expect([...met].sort()).toEqual(Object.keys(leftOut).sort());
});

/**
 * Bytes of the gzipped bundle, a little above today's. A cold start loads all of them, so that a jump must be a
 * decision: whoever makes it raises the number here.
 */
const budgets = {
  authorizer: 12_400,
  login: 25_300,
  session: 18_000,
  verifier: 17_800,
  admin: 28_800,
  hello: 1_000,
} satisfies Record<FunctionName, number>;

test.each(Object.entries(budgets))("%s is at most %i bytes to download", async (name, budget) => {
  const bundle = await readFile(new URL(`functions/${name}/index.mjs`, dist));
  expect(gzipSync(bundle).length).toBeLessThanOrEqual(budget);
});

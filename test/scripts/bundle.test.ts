import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { FunctionName } from "../../contract/environment.ts";
import { environments } from "../../contract/environments.ts";
import { isRecord } from "../../local/aws/json.ts";

const dist = new URL("../../dist/", import.meta.url);
const names = Object.keys(environments);

/** Bundles that are another one's with more in it: they have its handler. */
const variants: Readonly<Record<string, string>> = {
  "full-login": "login",
  "phone-verifier": "verifier",
  "phone-authorizer": "authorizer",
};

/** What esbuild says of a bundle. */
async function outputOf(name: string) {
  const meta: unknown = JSON.parse(await readFile(new URL(`meta/${name}.json`, dist), "utf8"));
  if (!isRecord(meta) || !isRecord(meta.outputs)) throw new Error(`dist/meta/${name}.json is no metafile.`);
  const output = meta.outputs[`dist/functions/${name}/index.mjs`];
  if (!isRecord(output) || !isRecord(output.inputs) || !Array.isArray(output.imports)) {
    throw new Error(`${name} has no output.`);
  }
  return { inputs: output.inputs, imports: output.imports.filter(isRecord) };
}

/** The files that went into a bundle and of which something is left, relative to the project. */
async function inputsOf(name: string): Promise<string[]> {
  const { inputs } = await outputOf(name);
  return Object.entries(inputs).flatMap(([file, input]) =>
    isRecord(input) && Number(input.bytesInOutput) > 0 ? [file] : [],
  );
}

/** What is imported at the start, and not when it is needed. */
async function importedAtStart(name: string): Promise<string[]> {
  const { imports } = await outputOf(name);
  return imports.flatMap(({ kind, path }) => (kind === "import-statement" ? [String(path)] : []));
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
      /^functions\/[\w-]+\/(entry|handler)\.ts$/.test(file),
    );
    const own = [`functions/${name}/`, `functions/${variants[name] ?? name}/handler.ts`];
    expect(entries.filter((file) => !own.some((start) => file.startsWith(start)))).toEqual([]);
  });
});

describe("the SDK", () => {
  test.each([
    ["@aws-sdk/client-lambda", ["login", "full-login", "admin"]],
    ["@aws-sdk/client-secrets-manager", ["login", "full-login", "access-token", "admin", "phone"]],
  ])("%s is in no bundle but that of %j", async (packageName, expected) => {
    expect(await bundlesWith(packageName)).toEqual(expected);
  });

  test.each(["authorizer", "hello"])("%s goes without it, and without any other package", async (name) => {
    const inputs = await inputsOf(name);
    expect(inputs.filter((file) => file.includes("node_modules/"))).toEqual([]);
  });
});

describe("what costs every cold start, and nobody needs, is in no bundle:", () => {
  test.each([
    ["ways to find credentials, but for the environment", /credential-provider-(?!env\/)|nested-clients/],
    ["logging, tracing and metrics libraries", /powertools|aws-xray|winston|pino/],
  ])("%s", async (_, unwanted) => {
    const found = await Promise.all(
      names.map(async (name) => (await inputsOf(name)).filter((file) => unwanted.test(file))),
    );
    expect(found.flat()).toEqual([]);
  });

  test("node:http, which loads all of undici when it is imported", async () => {
    const loadUndici = ["http", "http2", "undici"];
    for (const name of names) {
      const imported = await importedAtStart(name);
      expect(imported.filter((builtIn) => loadUndici.includes(builtIn.replace("node:", "")))).toEqual([]);
    }
  });
});

/**
 * Bytes of the gzipped bundle and files in it, a little above today's. A cold start loads all of them, so that a jump
 * must be a decision: whoever makes it raises the number here.
 */
const budgets = {
  authorizer: { bytes: 5_200, files: 22 },
  login: { bytes: 109_500, files: 424 },
  "full-login": { bytes: 115_000, files: 440 },
  "access-token": { bytes: 70_000, files: 330 },
  session: { bytes: 76_000, files: 360 },
  "open-data": { bytes: 76_000, files: 360 },
  verifier: { bytes: 76_000, files: 355 },
  admin: { bytes: 122_000, files: 460 },
  phone: { bytes: 100_000, files: 420 },
  "phone-verifier": { bytes: 80_000, files: 365 },
  "phone-authorizer": { bytes: 5_200, files: 22 },
  hello: { bytes: 1_000, files: 5 },
} satisfies Record<FunctionName, { bytes: number; files: number }>;

test.each(Object.entries(budgets))("%s is within its budget", async (name, { bytes, files }) => {
  const bundle = await readFile(new URL(`functions/${name}/index.mjs`, dist));
  expect(gzipSync(bundle).length).toBeLessThanOrEqual(bytes);
  expect((await inputsOf(name)).length).toBeLessThanOrEqual(files);
});

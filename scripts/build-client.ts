import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { errorCodes, errors } from "../contract/errors.ts";
import { root, tsc, write } from "./files.ts";

const entry = "client/weapp-login";
const notice = "// Built from client/ by `npm run build:client`.\n";
const ignored =
  "// biome-ignore-all format: built\n// biome-ignore-all lint: built\n// biome-ignore-all assist: built\n";

/**
 * Text by path: what the construct's package carries as `./client`, a package of its own, and a copy in the example, which
 * opens in WeChat's IDE as it is.
 */
export async function clientFiles(): Promise<Record<string, string>> {
  const [esm, types] = await Promise.all([bundle(), declarations()]);
  const cjs = commonJs(esm);
  return {
    "dist/client/weapp-login.mjs": esm,
    "dist/client/weapp-login.js": cjs,
    "dist/client/weapp-login.d.mts": types,
    "dist/client/weapp-login.d.ts": types,
    "dist/client/package.json": json({ type: "commonjs" }),
    ...(await ownPackage(esm, cjs, types)),
    "examples/miniprogram/weapp-login.js": notice + ignored + cjs,
    "examples/miniprogram/weapp-login.d.ts": notice + ignored + types,
  };
}

/**
 * `weapp-login-client`, for npm. 构建 npm copies the folder that `miniprogram` names, and a page's `require` takes its
 * `index.js`; every other tool chain reads `exports`, or `main`, `module` and `types` if it is an old one.
 */
async function ownPackage(esm: string, cjs: string, types: string): Promise<Record<string, string>> {
  const { version, license } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const manifest = {
    name: "weapp-login-client",
    version,
    description: "Login of WeChat mini-programs against a weapp-login API",
    keywords: ["wechat", "weapp", "miniprogram", "login", "taro", "uni-app"],
    license,
    type: "commonjs",
    main: "index.js",
    module: "index.mjs",
    types: "index.d.ts",
    miniprogram: "miniprogram",
    exports: {
      ".": {
        import: { types: "./index.d.mts", default: "./index.mjs" },
        require: { types: "./index.d.ts", default: "./index.js" },
      },
      "./package.json": "./package.json",
    },
    sideEffects: false,
    files: ["index.*", "miniprogram"],
  };
  const files = {
    "package.json": json(manifest),
    "index.js": cjs,
    "index.mjs": esm,
    "index.d.ts": types,
    "index.d.mts": types,
    "miniprogram/index.js": cjs,
    "miniprogram/index.d.ts": types,
    "README.md": await readFile(join(root, "docs/mini-program.md"), "utf8"),
    LICENSE: await readFile(join(root, "LICENSE"), "utf8"),
  };
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [`dist/client-package/${path}`, text]),
  );
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes them. */
export async function buildClient(): Promise<void> {
  for (const [path, text] of Object.entries(await clientFiles())) await write(path, text);
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${entry}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "neutral",
    // What iOS 12 and the WeChat of its days run as it is.
    target: "es2018",
    // Chinese as it is: escapes would be twice as long.
    charset: "utf8",
    logLevel: "warning",
  });
  return outputFiles.map(({ text }) => text).join("");
}

/** The same code with another last line: esbuild's own wrapper for CommonJS would be a tenth of the file. */
function commonJs(esm: string): string {
  const [exported, names = ""] = /export\{([^}]*)\};\s*$/.exec(esm) ?? [];
  if (exported === undefined) throw new Error("The bundle does not end with its exports");
  const members = names.split(",").map((name) => name.replace(/^(\S+) as (\S+)$/, "$2:$1"));
  return `"use strict";${esm.slice(0, -exported.length)}module.exports={${members}};\n`;
}

/** One declaration file: what the entry exports, and whatever that mentions. */
async function declarations(): Promise<string> {
  await mkdir(join(root, "dist"), { recursive: true });
  const directory = await mkdtemp(join(root, "dist/client-types-"));
  try {
    const emitted = ["--noEmit", "false", "--emitDeclarationOnly", "--rootDir", ".", "--outDir", directory];
    await tsc("-p", "client", ...emitted);
    const files = new Map([["server-errors", serverErrors()]]);
    await collect(join(directory, "client"), "weapp-login", files);
    const texts = [...files.values()].map((text) =>
      text.replaceAll(/^export (?=declare|interface|type \w)/gm, ""),
    );
    return texts
      .join("")
      .replaceAll(/^import [^;]+;\n/gm, "")
      .replaceAll(/^(export (?:type )?\{[^}]*\}) from [^;]+;/gm, "$1;");
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The contract's types are made of its table, which stays here. */
function serverErrors(): string {
  const union = (words: Iterable<string>) =>
    [...new Set(words)].map((word) => JSON.stringify(word)).join(" | ");
  const actions = Object.values(errors).flatMap(({ action, elsewhere }) => [action, elsewhere ?? action]);
  return `/** Codes of the server. */
type ServerCode = ${union(errorCodes)};
/** What to do about an error. */
type Action = ${union(actions)};
`;
}

async function collect(directory: string, name: string, into: Map<string, string>): Promise<void> {
  const text = await readFile(join(directory, `${name}.d.ts`), "utf8");
  into.set(name, text);
  for (const [, other = ""] of text.matchAll(/ from "\.\/([\w-]+)\.ts"/g)) {
    if (!into.has(other)) await collect(directory, other, into);
  }
}

if (import.meta.main) await buildClient();

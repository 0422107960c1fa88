import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { errorCodes, errors, loginErrorCodes } from "../contract/errors.ts";
import { root, tsc, write } from "./files.ts";

const core = "weapp-login";
/** What an app takes along only where it asks for it; each requires the core beside it. */
const extras = ["phone", "open-data"];
const notice = "// Built from client/ by `npm run build:client`.\n";
const ignored =
  "// biome-ignore-all format: built\n// biome-ignore-all lint: built\n// biome-ignore-all assist: built\n";

/**
 * Text by path: what the construct's package carries as `./client`, a package of its own, and a copy in the example, which
 * opens in WeChat's IDE as it is.
 */
export async function clientFiles(): Promise<Record<string, string>> {
  const [modules, types] = await Promise.all([bundles(), declarations()]);
  const files = modulesOf(modules, types, core);
  const own = modulesOf(modules, types, "index");
  return {
    ...under("dist/client/", files),
    "dist/client/package.json": json({ type: "commonjs" }),
    ...under("dist/client-package/", await ownPackage(own)),
    ...under("examples/miniprogram/weapp-login/", forMiniProgram(own, notice + ignored)),
  };
}

type Texts = Readonly<Record<string, string>>;

/** Every module both ways, with its types; `name` is the core's. */
function modulesOf(modules: Texts, types: Texts, name: string): Texts {
  const files = [core, ...extras].flatMap((module) => {
    const file = module === core ? name : module;
    const esm = modules[module] ?? "";
    const beside = (text: string, extension: string) =>
      text.replaceAll(`"./${core}.ts"`, `"./${name}${extension}"`);
    return [
      [`${file}.mjs`, beside(esm, ".mjs")],
      [`${file}.js`, beside(commonJs(esm), "")],
      [`${file}.d.mts`, beside(types[module] ?? "", ".mjs")],
      [`${file}.d.ts`, beside(types[module] ?? "", ".js")],
    ];
  });
  return Object.fromEntries(files);
}

function under(directory: string, files: Texts): Texts {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [directory + path, text]));
}

/** WeChat's IDE knows CommonJS only. */
function forMiniProgram(files: Texts, head = ""): Texts {
  const known = Object.entries(files).filter(([path]) => /\.(js|d\.ts)$/.test(path));
  return Object.fromEntries(known.map(([path, text]) => [path, head + text]));
}

/**
 * `weapp-login-client`, for npm. 构建 npm copies the folder that `miniprogram` names, and a page's `require` takes its
 * `index.js`; every other tool chain reads `exports`, or `main`, `module` and `types` if it is an old one.
 */
async function ownPackage(files: Texts): Promise<Texts> {
  const { version, license } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const entry = (name: string) => ({
    import: { types: `./${name}.d.mts`, default: `./${name}.mjs` },
    require: { types: `./${name}.d.ts`, default: `./${name}.js` },
  });
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
      ".": entry("index"),
      ...Object.fromEntries(extras.map((name) => [`./${name}`, entry(name)])),
      "./package.json": "./package.json",
    },
    sideEffects: false,
    files: ["index.*", ...extras.map((name) => `${name}.*`), "miniprogram"],
  };
  return {
    "package.json": json(manifest),
    ...files,
    ...under("miniprogram/", forMiniProgram(files)),
    "README.md": await readFile(join(root, "docs/mini-program.md"), "utf8"),
    LICENSE: await readFile(join(root, "LICENSE"), "utf8"),
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes them. */
export async function buildClient(): Promise<void> {
  for (const [path, text] of Object.entries(await clientFiles())) await write(path, text);
}

/** As ES modules, by the name of their source. */
async function bundles(): Promise<Texts> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [core, ...extras].map((name) => `client/${name}.ts`),
    outdir: ".",
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
    plugins: [
      {
        name: "the core stays beside",
        setup({ onResolve }) {
          onResolve({ filter: new RegExp(`^\\./${core}\\.ts$`) }, ({ path }) => ({ path, external: true }));
        },
      },
    ],
  });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path, ".js"), text]));
}

/**
 * The same code with other imports and another last line: esbuild's own wrapper for CommonJS would be a tenth of the file.
 */
function commonJs(esm: string): string {
  const [exported, names = ""] = /export\{([^}]*)\};\s*$/.exec(esm) ?? [];
  if (exported === undefined) throw new Error("The bundle does not end with its exports");
  const members = names.replaceAll(/([^\s,]+) as ([^\s,]+)/g, "$2:$1");
  const body = esm
    .slice(0, -exported.length)
    .replaceAll(/\bimport\{([^}]*)\}from("[^"]+");/g, (_, imported: string, from: string) => {
      return `const{${imported.replaceAll(/([^\s,]+) as ([^\s,]+)/g, "$1:$2")}}=require(${from});`;
    });
  return `"use strict";${body}module.exports={${members}};\n`;
}

/** One declaration file for each: what it exports, and whatever that mentions of the others. */
async function declarations(): Promise<Texts> {
  await mkdir(join(root, "dist"), { recursive: true });
  const directory = await mkdtemp(join(root, "dist/client-types-"));
  try {
    const emitted = ["--noEmit", "false", "--emitDeclarationOnly", "--rootDir", ".", "--outDir", directory];
    await tsc("-p", "client", ...emitted);
    const source = join(directory, "client");
    const types: [string, string][] = [[core, await inOne(source)]];
    for (const name of extras) types.push([name, await readFile(join(source, `${name}.d.ts`), "utf8")]);
    return Object.fromEntries(types);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function inOne(directory: string): Promise<string> {
  const files = new Map([["server-errors", serverErrors()]]);
  await collect(directory, core, files);
  const texts = [...files.values()].map((text) =>
    text.replaceAll(/^export (?=declare|interface|type \w)/gm, ""),
  );
  return texts
    .join("")
    .replaceAll(/^import [^;]+;\n/gm, "")
    .replaceAll(/^(export (?:type )?\{[^}]*\}) from [^;]+;/gm, "$1;");
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
/** Those of the server's codes that a deployment has only where its props ask for phone numbers or open data. */
type OptionalCode = ${union(errorCodes.filter((code) => !loginErrorCodes.includes(code)))};
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

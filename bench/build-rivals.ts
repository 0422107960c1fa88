import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { bundleOptions } from "../scripts/bundle.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** esbuild as anybody would call it. */
const usual: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  logLevel: "warning",
};

/** CommonJS packages ask for `require`, which an ES module does not have. */
const withRequire: BuildOptions = {
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
};

const entry = (name: string): BuildOptions => ({ ...usual, entryPoints: [`bench/rivals/${name}.ts`] });

const rivals = {
  empty: entry("empty"),
  "usual-authorizer": entry("usual-authorizer"),
  /** The shipped login over default clients, with nothing warmed up. */
  "usual-login": {
    ...usual,
    entryPoints: ["functions/login/entry.ts"],
    plugins: [
      replacing("../aws/clients.ts", `${root}bench/rivals/usual-clients.ts`),
      replacing("../runtime/warm-up.ts", `${root}bench/rivals/no-warm-up.ts`),
    ],
  },
  /** The shipped authorizer over the SDK's client, tuned and warmed up as far as its documentation goes. */
  "tuned-authorizer": {
    ...bundleOptions("authorizer"),
    plugins: [replacing("./batch-get-item.ts", `${root}bench/rivals/sdk-batch-get-item.ts`)],
  },
  unsigned: entry("unsigned"),
  jose: entry("jose"),
  jsonwebtoken: { ...entry("jsonwebtoken"), ...withRequire },
  "express-session": { ...entry("express-session"), ...withRequire },
} satisfies Record<string, BuildOptions>;

export type Rival = keyof typeof rivals;

/** Bundles a rival and returns the directory of its bundle. */
export async function buildRival(name: Rival): Promise<string> {
  const directory = `${root}dist/bench/${name}`;
  await build({ ...rivals[name], outfile: `${directory}/index.mjs` });
  return directory;
}

function replacing(imported: string, replacement: string): Plugin {
  return {
    name: `replacing ${imported}`,
    setup: ({ onResolve }) => {
      const filter = new RegExp(`^${RegExp.escape(imported)}$`);
      onResolve({ filter }, () => ({ path: replacement }));
    },
  };
}

import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { bundleOptions } from "../scripts/bundle.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The usual way, as the functions themselves were bundled before anything was tuned. */
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
  "usual-login": entry("usual-login"),
  /** The shipped login, bundled as it is shipped, but for the call to WeChat. */
  "fetching-login": {
    ...bundleOptions("login"),
    plugins: [
      ...(bundleOptions("login").plugins ?? []),
      replacing("./bounded-get.ts", `${root}bench/rivals/fetching-get.ts`),
      replacing("./fresh-sockets.ts", `${root}bench/rivals/no-sockets.ts`),
    ],
  },
  "tuned-authorizer": {
    ...entry("tuned-authorizer"),
    alias: { "@aws-sdk/credential-provider-node": "./bench/rivals/environment-credentials.ts" },
  },
  unsigned: entry("unsigned"),
  jose: entry("jose"),
  jsonwebtoken: { ...entry("jsonwebtoken"), ...withRequire },
  "express-session": { ...entry("express-session"), ...withRequire },
} satisfies Record<string, BuildOptions>;

export type Rival = keyof typeof rivals;

/** Bundles a rival and returns the directory of its bundle. */
export async function buildRival(name: Rival): Promise<string> {
  const { plugins = [], ...options }: BuildOptions = rivals[name];
  const directory = `${root}dist/bench/${name}`;
  await build({ ...options, plugins, outfile: `${directory}/index.mjs` });
  return directory;
}

function replacing(imported: string, replacement: string): Plugin {
  return {
    name: "replacing",
    setup: ({ onResolve }) => {
      const filter = new RegExp(`^${RegExp.escape(imported)}$`);
      onResolve({ filter }, () => ({ path: replacement }));
    },
  };
}

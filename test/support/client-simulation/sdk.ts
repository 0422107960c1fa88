import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { openData } from "../../../client/open-data.ts";
import type { bindPhone, phoneNumber } from "../../../client/phone.ts";
import type { createLogin } from "../../../client/weapp-login.ts";

/** What the SDK takes of the runtime besides `wx`. */
export interface Runtime {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  random(): number;
}

/** All that the package has. */
export type Sdk = (runtime: Runtime) => {
  readonly createLogin: typeof createLogin;
  readonly bindPhone: typeof bindPhone;
  readonly phoneNumber: typeof phoneNumber;
  readonly openData: typeof openData;
};

/** A change of the SDK's source that breaks it. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly replace: string;
  readonly by: string;
}

const directory = fileURLToPath(new URL("../../../client/", import.meta.url));

/** The SDK as it is bundled, or with a bug in it, with timers and chance for arguments: each call is a copy of its own. */
export async function simulatedSdk(bug?: PlantedBug): Promise<Sdk> {
  const { outputFiles } = await build({
    stdin: {
      contents: ["weapp-login", "phone", "open-data"]
        .map((name) => `export * from "./${name}.ts";`)
        .join("\n"),
      resolveDir: directory,
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "sdk",
    target: "es2018",
    define: {
      setTimeout: "runtime.setTimeout",
      clearTimeout: "runtime.clearTimeout",
      "Math.random": "runtime.random",
    },
    plugins: [
      {
        name: "planted bug",
        setup({ onLoad }) {
          onLoad({ filter: /\/client\/[\w-]+\.ts$/ }, async ({ path }) => {
            const source = await readFile(path, "utf8");
            if (!bug || !path.endsWith(`/client/${bug.file}`)) return { contents: source, loader: "ts" };
            const contents = source.replace(bug.replace, () => bug.by);
            if (contents === source) throw new Error(`No place for: ${bug.name}`);
            return { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  const [bundle] = outputFiles;
  return new Function("runtime", `${bundle?.text}; return sdk;`) as Sdk;
}

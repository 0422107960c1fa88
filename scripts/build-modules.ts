import { readFile, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { adminTypes } from "./admin-types.ts";
import { root, tsc, write } from "./files.ts";

const construct = "lib/weapp-login";
/** What an owner's Lambdas and their tests import, by name. */
const modules = {
  "access-token": "functions/access-token/borrow",
  "session-of": "contract/session-of",
  testing: "contract/session-event",
};
/** Which Lambda's Node runtime has, and nobody needs a second copy of. */
const external = ["@aws-sdk/client-lambda"];
const admin = "contract/operator-actions";

/**
 * Builds what can be imported by name, beside the client: `dist/package`, the code for CommonJS and for ES modules, and
 * `dist/types`, the declarations for both. Resolves to esbuild's accounts of what went into it.
 */
export async function buildModules(): Promise<Metafile[]> {
  const [metafiles] = await Promise.all([
    Promise.all([
      bundle(construct, "weapp-login.cjs", {
        external: ["aws-cdk-lib", "constructs"],
        // An app that is bundled into an ES module has no such variable.
        banner: {
          js: '"use strict";\nconst moduleDirectory = typeof __dirname === "string" ? __dirname : undefined;',
        },
        define: { "import.meta.dirname": "moduleDirectory" },
      }),
      ...Object.entries(modules).flatMap(([name, entry]) => [
        bundle(entry, `${name}.cjs`, { external }),
        bundle(entry, `${name}.mjs`, { external }),
      ]),
    ]),
    // Types and nothing else.
    write("dist/package/admin.cjs", '"use strict";\n'),
    write("dist/package/admin.mjs", "export {};\n"),
    // The same code: of two copies in one app, neither would know the authorizers that the other has put on an API.
    write(
      "dist/package/weapp-login.mjs",
      'export { SessionAuthorizer, WeappLogin } from "./weapp-login.cjs";\n',
    ),
    declarations(),
  ]);
  return metafiles;
}

async function bundle(entry: string, file: string, options: BuildOptions = {}): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: [`${entry}.ts`],
    outfile: `dist/package/${file}`,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: file.endsWith(".cjs") ? "cjs" : "esm",
    charset: "utf8",
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/** Each of the two trees says by a package.json of its own what kind of module it declares. */
async function declarations(): Promise<void> {
  const emitted = join(root, "dist/types/emitted");
  await tsc("-p", "tsconfig.package.json", "--outDir", emitted);
  const files = new Map<string, string>();
  for (const entry of [construct, ...Object.values(modules)]) await collect(emitted, `${entry}.d.ts`, files);
  files.set(`${admin}.d.ts`, adminTypes());
  for (const type of ["commonjs", "module"]) {
    for (const [file, text] of files) await write(`dist/types/${type}/${file}`, text);
    await write(`dist/types/${type}/package.json`, `${JSON.stringify({ type })}\n`);
  }
  await rm(emitted, { recursive: true });
}

/** The file and those that it imports: what else there is, no name leads to. */
async function collect(directory: string, file: string, into: Map<string, string>): Promise<void> {
  if (into.has(file)) return;
  const text = await readFile(join(directory, file), "utf8");
  // Older compilers know no other name of a module than that of its code.
  into.set(file, text.replaceAll(/("\.[^"]+)\.ts"/g, '$1.js"'));
  for (const [, path = ""] of text.matchAll(/"(\.[^"]+)\.ts"/g)) {
    await collect(directory, posix.join(posix.dirname(file), `${path}.d.ts`), into);
  }
}

import { build, type Plugin } from "esbuild";

/**
 * Parts of the SDK that no function reaches, because functions/adapters/aws/lean-client.ts does the same with less, and
 * why: the authorizer is ready after 48 ms of CPU and not 108, from 11 KB and not 106. By the path of a file inside node_modules; `CLIENT` is any of the SDK's clients.
 */
export const leftOut: Readonly<Record<string, string>> = {
  "CLIENT/dist-es/runtimeConfig.js": "the lean settings leave nothing to look up",
  "CLIENT/dist-es/runtimeExtensions.js": "none is used",
  "CLIENT/dist-es/auth/httpAuthSchemeProvider.js": "there is one way to sign",
  "CLIENT/dist-es/schemas/schemas_0.js": "shapes travel as they are",
  "CLIENT/dist-es/commands/DescribeEndpointsCommand.js": "endpoints are known",
  "@aws-sdk/core/dist-es/submodules/client/index.js": "user agent, logger, host header, tracing",
  "@aws-sdk/core/dist-es/submodules/account-id-endpoint/index.js": "endpoints are known",
  "@aws-sdk/middleware-endpoint-discovery/dist-es/index.js": "endpoints are known",
  "@smithy/core/dist-es/legacy-root-exports/middleware-http-auth-scheme/index.js": "there is one way to sign",
  "@smithy/core/dist-es/legacy-root-exports/middleware-http-signing/index.js": "the request handler signs",
  "@smithy/core/dist-es/legacy-root-exports/util-identity-and-auth/index.js": "there is one way to sign",
  "@smithy/core/dist-es/submodules/config/index.js": "the Region is in the environment; there are no files",
  "@smithy/core/dist-es/submodules/endpoints/index.js": "endpoints are known",
  "@smithy/core/dist-es/submodules/event-streams/index.js": "nothing streams",
  "@smithy/core/dist-es/submodules/client/smithy-client/schemaLogFilter.js": "nothing is logged by the SDK",
  "@smithy/core/dist-es/submodules/retry/middleware-retry/parseRetryAfterHeader.js":
    "a login cannot wait for longer than the retries do",
  "@smithy/core/dist-es/submodules/schema/index.js": "shapes travel as they are",
  "@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js":
    "retries are of the standard mode",
  "@smithy/core/dist-es/submodules/protocols/middleware-content-length/contentLengthMiddleware.js":
    "Node counts",
};

/** Which row of `leftOut` is about this file, if any. */
export function rowOf(file: string): string | undefined {
  const inside = /.*node_modules\/(.*)$/.exec(file)?.[1] ?? "";
  const row = inside.replace(/^@aws-sdk\/client-[\w-]+\//, "CLIENT/");
  return Object.hasOwn(leftOut, row) ? row : undefined;
}

/** Puts a stand-in where one of them is imported. Reaching it fails by name. */
export const leaveOut: Plugin = {
  name: "leave out",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/(@aws-sdk|@smithy)\/.*\.js$/ }, async ({ path }) => {
      const row = rowOf(path);
      if (row === undefined) return undefined;
      return { contents: (await exportsOf(path)).map((name) => standIn(name, row)).join("\n") };
    });
  },
};

function standIn(name: string, where: string): string {
  // Schemas are handed around, and read by nobody.
  if (name.endsWith("$")) return `export const ${name} = undefined;`;
  // What makes settings complete: they are.
  if (/^(resolve|getRuntimeConfig)/.test(name)) return `export const ${name} = (settings) => settings;`;
  if (/^get\w*Plugin$/.test(name)) return `export const ${name} = () => ({ applyToStack() {} });`;
  // Notes for the user agent, and hints that are never given.
  if (/^(setFeature|parseRetryAfterHeader)$/.test(name)) return `export const ${name} = () => undefined;`;
  const message = JSON.stringify(`${name} of ${where} was left out of this bundle: see scripts/left-out.ts`);
  return `export const ${name} = function () { throw new Error(${message}); };`;
}

const known = new Map<string, Promise<readonly string[]>>();

function exportsOf(path: string): Promise<readonly string[]> {
  const exported = known.get(path) ?? read(path);
  known.set(path, exported);
  return exported;
}

async function read(path: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    outdir: "out",
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    metafile: true,
  });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

const root = new URL("../", import.meta.url);

/**
 * Bundles the command line with all it needs into `dist/cli/weapp-login.mjs`, which runs on Node 20, and resolves to
 * esbuild's account of what went into it.
 */
export async function bundleCli(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: ["cli/main.ts"],
    outfile: "dist/cli/weapp-login.mjs",
    bundle: true,
    platform: "node",
    target: "node20.19",
    // An ES module does not even load where Node lacks a built-in that it imports: nothing can hide until it is called.
    format: "esm",
    mainFields: ["module", "main"],
    // Not minified: what runs with somebody's AWS credentials can be read, and a failure names its place.
    charset: "utf8",
    // Which Node a later SDK will ask for matters to none who runs this one.
    define: { "process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": '"true"' },
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

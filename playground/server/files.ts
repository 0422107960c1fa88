import { glob, readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const types = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };

const files: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  "/": { name: "index.html", type: types.html },
  "/_playground/playground.css": { name: "playground.css", type: types.css },
  "/_playground/playground.js": { name: "playground.js", type: types.js },
  "/_playground/key.js": { name: "key.js", type: types.js },
  "/_playground/diagram.js": { name: "diagram.js", type: types.js },
  "/_playground/focus.js": { name: "focus.js", type: types.js },
  "/_playground/language.js": { name: "language.js", type: types.js },
  "/_playground/messages.js": { name: "messages.js", type: types.js },
  "/_playground/state.js": { name: "state.js", type: types.js },
  "/_playground/phone.js": { name: "phone.js", type: types.js },
  "/_playground/phone-pane.js": { name: "phone-pane.js", type: types.js },
  "/_playground/phone-data.js": { name: "phone-data.js", type: types.js },
  "/_playground/tables.js": { name: "tables.js", type: types.js },
  "/_playground/tour.js": { name: "tour.js", type: types.js },
  "/_playground/trouble.js": { name: "trouble.js", type: types.js },
  "/_playground/icon.svg": { name: "icon.svg", type: types.svg },
};

/** The SDK's modules, beside the page's own files. */
const sdkFile = /^\/_playground\/((?:weapp-login|phone|open-data)\.mjs)$/;
let sdk: Promise<Readonly<Record<string, string>>> | undefined;

/** What the page is made of; undefined for any other path. */
export async function staticFile(path: string): Promise<{ type: string; body: string } | undefined> {
  const [, module] = sdkFile.exec(path) ?? [];
  if (module !== undefined) {
    sdk ??= readSdk();
    return { type: types.js, body: (await sdk)[`dist/client/${module}`] ?? "" };
  }
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  return (
    file && {
      type: file.type,
      body: await readFile(new URL(`../page/${file.name}`, import.meta.url), "utf8"),
    }
  );
}

/** As it is published; made from its sources, in memory, where it has not been built since they changed. */
async function readSdk(): Promise<Readonly<Record<string, string>>> {
  const built: Record<string, string> = {};
  const builtAt: number[] = [];
  for await (const path of glob("dist/client/*.mjs", { cwd: root })) {
    built[path] = await readFile(`${root}${path}`, "utf8");
    builtAt.push(await changedAt(path));
  }
  const sources: number[] = [];
  for await (const path of glob("client/*.ts", { cwd: root })) sources.push(await changedAt(path));
  if (builtAt.length >= 3 && Math.min(...builtAt) > Math.max(...sources)) return built;
  const { clientFiles } = await import("../../scripts/build-client.ts");
  return clientFiles();
}

async function changedAt(path: string): Promise<number> {
  return stat(`${root}${path}`).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assertStack } from "./assert-stack.mjs";
import { oldInit } from "./old-init.mjs";
import { root, run } from "./processes.mjs";

const readme = await readFile(join(root, "docs/package-readme.md"), "utf8");
const [, app] = /^## In your CDK app$.*?^```js\n(.*?)^```$/ms.exec(readme) ?? [];
assert.ok(app, "The package's README has no app to try.");

const caller = `{ requestContext: { authorizer: { lambda: {
  userId: "u_1", appId: "wx01", openid: "o1", sessionHandle: "h", createdAt: "then", expiresAt: "later",
} } } }`;
/** The README's app, in which a handler of its owner is called too. */
const source = `import { sessionOf } from "weapp-login/session-of";
${app}
if (sessionOf(${caller}).userId !== "u_1") throw new Error("This is not who called.");
`;

const stackClass = `import { Stack, type StackProps } from "aws-cdk-lib";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { WeappLogin } from "weapp-login";

export class ShopStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const login = new WeappLogin(this, "Login", { appId: "wx0123456789abcdef" });
    const code = Code.fromInline("exports.handler = async () => ({});");
    const orders = new Function(this, "Orders", { runtime: Runtime.NODEJS_24_X, handler: "index.handler", code });
    login.protect("GET /orders", orders);
  }
}
`;

const jestTest = `import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { sessionOf } from "weapp-login/session-of";
import { ShopStack } from "../lib/shop-stack";

test("the stack has its route behind the authorizer", () => {
  const route = { RouteKey: "GET /orders", AuthorizationType: "CUSTOM" };
  Template.fromStack(new ShopStack(new App(), "Shop")).hasResourceProperties("AWS::ApiGatewayV2::Route", route);
});

test("the handler knows who calls", () => {
  expect(sessionOf(${caller}).userId).toBe("u_1");
  expect(() => sessionOf({ requestContext: {} })).toThrow("No session in this event");
});
`;

const plainJestTest = `const { App, Stack } = require("aws-cdk-lib");
const { Template } = require("aws-cdk-lib/assertions");
const { WeappLogin } = require("weapp-login");
const { sessionOf } = require("weapp-login/session-of");

test("a stack with the construct, and a handler, without a compiler", () => {
  const stack = new Stack(new App(), "Shop");
  new WeappLogin(stack, "Login", { appId: "wx0123456789abcdef" });
  Template.fromStack(stack).hasResourceProperties("AWS::ApiGatewayV2::Route", { RouteKey: "ANY /login" });
  expect(sessionOf(${caller}).userId).toBe("u_1");
});
`;

/** Plain JavaScript of either kind, Node's own TypeScript, and one file that esbuild has made of all. */
export async function tryPlain(shop, tarball, peers) {
  await mkdir(join(shop, "orders"), { recursive: true });
  await writeFile(join(shop, "orders/index.mjs"), "export const handler = async () => ({ orders: [] });\n");
  await run(shop, "npm", "init", "-y");
  await install(shop, tarball, ...peers);
  const installed = await readdir(join(shop, "node_modules"));
  assert.deepEqual(
    installed.filter((name) => !name.startsWith(".") && !name.startsWith("@")),
    ["aws-cdk-lib", "constructs", "weapp-login"],
    "The package brings others along.",
  );
  const { version } = JSON.parse(await readFile(join(shop, "node_modules/aws-cdk-lib/package.json"), "utf8"));
  await writeFile(join(shop, "app.mjs"), source);
  await writeFile(
    join(shop, "app.cjs"),
    source.replaceAll(/^import (.*) from (.*);$/gm, "const $1 = require($2);"),
  );
  await writeFile(join(shop, "app.mts"), source);
  for (const file of ["app.mjs", "app.cjs"]) await synthesize(shop, process.execPath, file);
  await synthesize(shop, join(root, "node_modules/node/bin/node"), "app.mts");
  const esbuild = join(root, "node_modules/esbuild/bin/esbuild");
  const bundled = ["app.mts", "--bundle", "--platform=node", "--outfile=bundled.cjs"];
  const { stderr } = await run(shop, process.execPath, esbuild, ...bundled);
  assert.doesNotMatch(stderr, /warning/i);
  await synthesize(shop, process.execPath, "bundled.cjs");
  console.log(`  plain, Node's TypeScript, bundled by esbuild, beside aws-cdk-lib ${version}`);
}

/** What `cdk init` makes today, in both kinds of package, and its Jest 30. */
export async function tryCdkInit(directory, tarball) {
  const shop = join(directory, "shop");
  await mkdir(shop, { recursive: true });
  const cdk = join(root, "node_modules/aws-cdk/bin/cdk");
  await run(shop, process.execPath, cdk, "init", "app", "--language", "typescript", "--generate-only");
  await install(shop, tarball);
  await writeFile(join(shop, "lib/shop-stack.ts"), stackClass);
  await writeFile(join(shop, "test/shop.test.ts"), jestTest);
  await cdkSynth(shop, "cdk init");
  await jest(shop, "Jest 30, with cdk init's compiler");
  await writeFile(join(shop, "test/plain.test.js"), plainJestTest);
  await jest(shop, "Jest 30, without a compiler", "--testMatch", "**/plain.test.js");

  // tsc wants the extensions then, and Jest's configuration another name.
  await run(shop, "npm", "pkg", "set", "type=module");
  await rm(join(shop, "test/plain.test.js"));
  await rename(join(shop, "jest.config.js"), join(shop, "jest.config.cjs"));
  for (const file of ["bin/shop.ts", "test/shop.test.ts"]) {
    const text = await readFile(join(shop, file), "utf8");
    await writeFile(join(shop, file), text.replace(/(\/shop-stack)(?=["'])/, "$1.js"));
  }
  await cdkSynth(shop, 'cdk init, "type": "module"');
}

/** What it made a year ago: ts-node, an older compiler and its older resolution, and Jest 29 with ts-jest. */
export async function tryOldInit(shop, tarball) {
  const own = {
    "lib/shop-stack.ts": stackClass,
    "test/shop.test.ts": jestTest,
    "test/plain.test.js": plainJestTest,
  };
  for (const [path, text] of Object.entries({ ...oldInit, ...own })) {
    await mkdir(dirname(join(shop, path)), { recursive: true });
    await writeFile(join(shop, path), text);
  }
  await install(shop, tarball);
  await cdkSynth(shop, "cdk init of a year ago");
  await run(shop, "npx", "--no", "--", "tsc", "--noEmit");
  console.log("  tsc with moduleResolution node");
  await jest(shop, "Jest 29, with ts-jest and without");
}

function install(shop, ...packages) {
  return run(
    shop,
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--ignore-scripts",
    ...packages,
  );
}

/** As `cdk synth` runs an app. */
async function synthesize(shop, node, file) {
  const outdir = join(shop, `${file}.out`);
  await run(shop, "env", `CDK_OUTDIR=${outdir}`, node, file);
  await assertStack(shop, outdir);
}

async function cdkSynth(shop, what) {
  await rm(join(shop, "cdk.out"), { recursive: true, force: true });
  await run(shop, process.execPath, join(root, "node_modules/aws-cdk/bin/cdk"), "synth", "--quiet");
  await assertStack(shop, join(shop, "cdk.out"));
  console.log(`  ${what}`);
}

async function jest(shop, what, ...args) {
  const { stderr } = await run(shop, "npx", "--no", "--", "jest", ...args);
  assert.match(stderr, /^Tests: +\d+ passed, \d+ total$/m);
  console.log(`  ${what}`);
}

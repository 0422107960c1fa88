// What somebody with nothing but the package and a Node of their own goes through, from the real registry, on whichever
// Node this is run with: install, synthesize an app of one's own, use the command line. For .ci/run; any failure throws.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const { peerDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const oldest = Object.entries(peerDependencies).map(([name, range]) => `${name}@${range.replace("^", "")}`);
const newest = Object.keys(peerDependencies);

const readme = await readFile(join(root, "README.md"), "utf8");
const [, app] = /^## In your own CDK app$.*?^```js\n(.*?)^```$/ms.exec(readme) ?? [];
assert.ok(app, "README has no app to try.");

console.log(`The package, on Node ${process.versions.node}`);
const directory = await mkdtemp(join(tmpdir(), "weapp-login-package-"));
try {
  await run(root, "npm", "pack", "--pack-destination", directory);
  const [name] = await readdir(directory);
  const tarball = join(directory, name);
  const shop = await install(tarball, "newest", newest);
  await synthesize(shop, "app.mjs", app);
  await synthesize(shop, "app.cjs", app.replaceAll(/^import (.*) from (.*);$/gm, "const $1 = require($2);"));
  await synthesize(await install(tarball, "oldest", oldest), "app.mjs", app);
  await tryCommandLine(shop);
  await tryWechat(shop);
  await tryLaptop(shop);
} finally {
  await rm(directory, { recursive: true });
}

async function install(tarball, folder, peers) {
  const shop = join(directory, folder);
  await mkdir(shop);
  await run(shop, "npm", "init", "-y");
  await run(shop, "npm", "install", "--no-audit", "--no-fund", tarball, ...peers);
  const installed = await readdir(join(shop, "node_modules"));
  assert.deepEqual(
    installed.filter((name) => !name.startsWith(".") && !name.startsWith("@")),
    ["aws-cdk-lib", "constructs", "weapp-login"],
    "The package brings others along.",
  );
  const { version } = JSON.parse(await readFile(join(shop, "node_modules/aws-cdk-lib/package.json"), "utf8"));
  console.log(`  installed beside aws-cdk-lib ${version}`);
  return shop;
}

/** As `cdk synth` runs an app. */
async function synthesize(shop, name, source) {
  await mkdir(join(shop, "orders"), { recursive: true });
  await writeFile(join(shop, "orders/index.mjs"), "export const handler = async () => ({ orders: [] });\n");
  await writeFile(join(shop, name), source);
  const CDK_OUTDIR = join(shop, `${name}.out`);
  await promisify(execFile)(process.execPath, [name], {
    cwd: shop,
    env: { ...process.env, CDK_OUTDIR },
  });
  const template = await readFile(join(CDK_OUTDIR, "Shop.template.json"), "utf8");
  const resources = Object.entries(JSON.parse(template).Resources);
  const all = (type) => resources.filter(([, { Type }]) => Type === type);
  const id = (type, pattern) => all(type).find(([logicalId]) => pattern.test(logicalId))?.[0] ?? "none";

  const routes = all("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => Properties);
  const route = routes.find(({ RouteKey }) => RouteKey === "GET /orders");
  assert.equal(route?.AuthorizationType, "CUSTOM");
  const authorizer = id("AWS::ApiGatewayV2::Authorizer", /SessionAuthorizer/);
  assert.deepEqual(route.AuthorizerId, { Ref: authorizer });
  const integration = id("AWS::ApiGatewayV2::Integration", /GETorders/);
  assert.deepEqual(route.Target, { "Fn::Join": ["", ["integrations/", { Ref: integration }]] });
  const uri = JSON.stringify(Object.fromEntries(resources)[integration].Properties.IntegrationUri);
  assert.match(uri, new RegExp(id("AWS::Lambda::Function", /^Orders/)));
  const open = routes.filter(({ AuthorizerId }) => AuthorizerId === undefined);
  assert.deepEqual(
    open.map(({ RouteKey }) => RouteKey),
    ["ANY /login"],
  );

  for (const label of ["admin", "authorizer", "login", "session", "verifier"]) {
    const pattern = new RegExp(`^(Login)?${label}[0-9A-F]{8}$`, "i");
    const [, lambda] = all("AWS::Lambda::Function").find(([logicalId]) => pattern.test(logicalId)) ?? [];
    const key = lambda?.Properties.Code.S3Key;
    assert.ok(key, `There is no ${label} function.`);
    const asset = join(CDK_OUTDIR, `asset.${key.replace(".zip", "")}`, "index.mjs");
    const bundle = join(shop, "node_modules/weapp-login/dist/functions", label, "index.mjs");
    assert.deepEqual(await readFile(asset), await readFile(bundle), `${label} is not the bundle.`);
  }
  console.log(`  ${name}: ${resources.length} resources`);
}

async function tryCommandLine(shop) {
  const { stdout, stderr } = await run(shop, "npx", "--no", "--", "weapp-login", "--help");
  assert.match(stdout, /^Usage: weapp-login /);
  assert.equal(complaints(stderr), "");
  console.log("  npx weapp-login --help");
}

async function tryWechat(shop) {
  const { child, lines } = start(shop, process.execPath, [command(shop), "wechat", "--port", "0"]);
  try {
    const url = await find(lines, /in place of .* (http:\S+)/);
    const post = { method: "POST", body: '{"user":"alice"}' };
    const { code } = await (await fetch(`${url}/_sim/login`, post)).json();
    const query = new URLSearchParams({
      appid: "wx0123456789abcdef",
      secret: "0123456789abcdef0123456789abcdef",
      js_code: code,
      grant_type: "authorization_code",
    });
    const { openid } = await (await fetch(`${url}/sns/jscode2session?${query}`)).json();
    assert.match(openid, /^o/);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  } finally {
    child.kill("SIGKILL");
  }
  console.log("  weapp-login wechat");
}

/** The laptop runs out of the repository, on its own Node; the command line out of the package, on this one. */
async function tryLaptop(shop) {
  const ports = { PORT: "0", WECHAT_PORT: "0", AWS_PORT: "0" };
  const { child, lines } = start(root, join(root, "node_modules/node/bin/node"), ["local/start.ts"], ports);
  try {
    const aws = await find(lines, /AWS endpoints +(http:\S+)/);
    const ask = async (input, ...args) => {
      const asked = run(shop, process.execPath, command(shop), ...args, "--json", "--local", aws);
      asked.child.stdin.end(input);
      const { stdout, stderr } = await asked;
      assert.equal(stderr, "");
      return JSON.parse(stdout);
    };
    const { account } = await ask("a long password\n", "accounts", "add", "lisi", "--user-id", "u_lisi");
    assert.deepEqual(account, { username: "lisi", userId: "u_lisi", disabled: false, bindings: [] });
    const hash =
      "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$hQ4bbwbwpBZxn5i0F1xfd9ZLZNDPmrs5ZdRXP2XlrSo";
    await writeFile(join(shop, "staff.csv"), `username,userId,passwordHash\nwangwu,u_wangwu,"${hash}"\n`);
    const imported = await ask("", "accounts", "import", "staff.csv");
    assert.deepEqual(imported, { added: 1, unchanged: 0, bad: [] });
    const removed = await ask("", "accounts", "remove", "lisi", "--yes");
    assert.equal(removed.unbound, 0);
  } finally {
    // It ends the processes of its functions with it.
    if (child.kill("SIGTERM")) await once(child, "exit");
  }
  console.log("  weapp-login accounts … --local");
}

function command(shop) {
  return join(shop, "node_modules/weapp-login/bin/weapp-login.cjs");
}

/** Without npm's own remarks about the machine's settings. */
function complaints(stderr) {
  return stderr.replaceAll(/^npm (warn|notice) .*\n/gm, "");
}

function run(cwd, file, ...args) {
  return promisify(execFile)(file, args, { cwd, timeout: 180_000 });
}

function start(cwd, file, args, variables = {}) {
  const stdio = ["ignore", "pipe", "inherit"];
  const child = spawn(file, args, { cwd, env: { ...process.env, ...variables }, stdio });
  return { child, lines: createInterface(child.stdout) };
}

/** The first group of the first line that matches; throws at the end of the output. */
async function find(lines, pattern) {
  for await (const line of lines) {
    const [, found] = pattern.exec(line) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(`It ended without a line like ${pattern}.`);
}

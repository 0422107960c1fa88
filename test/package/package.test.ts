import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { environments } from "../../contract/environments.ts";
import { fakeAws, operatorKey } from "../support/fake-aws.ts";
import { optionalFunctions } from "../support/optional-functions.ts";
import { newShop, type Shop } from "../support/shop.ts";
import {
  functionName,
  ofType,
  outputsOf,
  type Resource,
  referencesIn,
  resourcesOf,
} from "../support/template.ts";

const root = join(import.meta.dirname, "../..");
const require = createRequire(import.meta.url);
const { hello: _, ...ofTheConstruct } = environments;
const functionNames = Object.keys(ofTheConstruct);
/** Of an app that asks for nothing optional. */
const deployedNames = functionNames.filter((name) => !optionalFunctions.includes(name));

const ordersFunction = `import { sessionOf } from "weapp-login/session-of";
export const handler = async (event) => ({ orders: [], of: sessionOf(event).userId });
`;

let shop: Shop;
beforeAll(async () => {
  shop = await newShop();
  await mkdir(join(shop.directory, "orders"));
  await shop.write("orders/index.mjs", ordersFunction);
});
afterAll(() => shop.close());

/** The README of the package, "In your CDK app", as it stands there, and with `require` instead of `import`. */
async function app(name: "app.mjs" | "app.cjs"): Promise<string> {
  const readme = await readFile(join(root, "docs/package-readme.md"), "utf8");
  const [, esm = "none"] = /^## In your CDK app$.*?^```js\n(.*?)^```$/ms.exec(readme) ?? [];
  return name === "app.mjs" ? esm : esm.replaceAll(/^import (.*) from (.*);$/gm, "const $1 = require($2);");
}

/** As `cdk synth` does it, with the feature flags that `cdk init` writes into every new app. */
async function synthesized(name: "app.mjs" | "app.cjs") {
  const flags = require("aws-cdk-lib/recommended-feature-flags.json");
  await shop.write(name, await app(name));
  const CDK_OUTDIR = join(shop.directory, `${name}.out`);
  await shop.node([name], { CDK_OUTDIR, CDK_VALIDATION: "false", CDK_CONTEXT_JSON: JSON.stringify(flags) });
  const template = JSON.parse(await readFile(join(CDK_OUTDIR, "Shop.template.json"), "utf8"));
  return { resources: resourcesOf(template), outputs: outputsOf(template), directory: CDK_OUTDIR };
}

describe.each(["app.mjs", "app.cjs"] as const)("a CDK app of one's own, %s", (name) => {
  let resources: Resource[];
  let outputs: Record<string, unknown>;
  let directory: string;
  beforeAll(async () => {
    ({ resources, outputs, directory } = await synthesized(name));
  });

  /** By their names in `functions/`, in order, of what a property of another resource refers to. */
  const functionsIn = (value: unknown) =>
    ofType(resources, "AWS::Lambda::Function")
      .filter(({ logicalId }) => referencesIn(value).includes(logicalId))
      .map(functionName);
  const resource = (value: unknown) =>
    resources.find(({ logicalId }) => referencesIn(value).includes(logicalId))?.properties;

  test("has its own function behind the authorizer, and nothing but the login open", () => {
    const routes = ofType(resources, "AWS::ApiGatewayV2::Route").map(({ properties }) => properties);
    const orders = routes.find(({ RouteKey }) => RouteKey === "GET /orders");
    expect(functionsIn(resource(orders?.Target)?.IntegrationUri)).toEqual(["orders"]);
    expect(functionsIn(resource(orders?.AuthorizerId)?.AuthorizerUri)).toEqual(["authorizer"]);
    const open = routes.filter(({ AuthorizerId }) => AuthorizerId === undefined);
    expect(open.map(({ RouteKey }) => RouteKey)).toEqual(["ANY /login"]);
  });

  test("says what the command line looks for", () => {
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(["ApiUrl", "AdminFunctionName"]));
    expect(functionsIn(outputs.AdminFunctionName)).toEqual(["admin"]);
  });

  test("uploads the bundles that were built here, and its own function", async () => {
    const uploaded = ofType(resources, "AWS::Lambda::Function").map(async (lambda) => {
      const [, hash] = /"S3Key":"(\w+)\.zip"/.exec(JSON.stringify(lambda.properties.Code)) ?? [];
      const asset = join(directory, `asset.${hash}`, "index.mjs");
      return [functionName(lambda), await readFile(asset, "utf8")];
    });
    const built = deployedNames.map(async (name) => {
      return [name, await readFile(join(root, `dist/functions/${name}/index.mjs`), "utf8")];
    });
    const expected = [...(await Promise.all(built)), ["orders", ordersFunction]];
    expect(Object.fromEntries(await Promise.all(uploaded))).toEqual(Object.fromEntries(expected));
  });
});

describe("what is installed", () => {
  test("is what an owner needs, and nothing else", () => {
    const expected = [
      /^(package\.json|(README(\.zh-CN)?|CHANGELOG|SECURITY)\.md|LICENSE|openapi\.yaml|docs\/[\w-]+\.md)$/,
      /^(bin\/weapp-login\.cjs|dist\/cli\/weapp-login\.mjs|dist\/THIRD-PARTY-NOTICES\.txt)$/,
      /^dist\/client\/(package\.json|(weapp-login|phone|open-data)(\.d)?\.m?[jt]s)$/,
      new RegExp(`^dist/functions/(${Object.keys(ofTheConstruct).join("|")})/index\\.mjs$`),
      /^dist\/package\/[\w-]+\.[cm]js$/,
      /^dist\/types\/(commonjs|module)\/(package\.json|(lib|lib\/monitoring|contract|functions\/access-token)\/[\w-]+\.d\.ts)$/,
    ];
    expect(shop.files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([]);
    for (const pattern of expected) expect(shop.files).toContainEqual(expect.stringMatching(pattern));
  });

  test("brings no other package along, and finds neither a bundler nor a compiler", async () => {
    const { dependencies, peerDependencies = {}, peerDependenciesMeta, private: kept } = await manifest();
    expect({ dependencies, kept }).toEqual({});
    expect(Object.keys(peerDependencies)).toEqual(["@aws-sdk/client-lambda", "aws-cdk-lib", "constructs"]);
    expect(peerDependenciesMeta).toEqual({ "@aws-sdk/client-lambda": { optional: true } });
    const { resolve } = createRequire(join(shop.directory, "node_modules/weapp-login/package.json"));
    for (const tool of ["esbuild", "typescript", "@aws-sdk/client-lambda"]) {
      expect(() => resolve(tool)).toThrow(`Cannot find module '${tool}'`);
    }
  });

  test("has every file that its README speaks of", async () => {
    const readme = await readFile(join(root, "docs/package-readme.md"), "utf8");
    const named = [...readme.matchAll(/`((?:docs|dist)\/[\w./-]+|[\w-]+\.yaml)`/g)].map(
      ([, file = ""]) => file,
    );
    expect(named.length).toBeGreaterThan(5);
    const isThere = (file: string) => shop.files.some((it) => it === file || it.startsWith(`${file}/`));
    expect(named.filter((file) => !isThere(file))).toEqual([]);
    expect(readme).not.toMatch(/\]\(|examples\//);
  });

  test("declares nothing by a library that is not there", async () => {
    const declarations = shop.files.filter(
      (file) => file.startsWith("dist/types/") && file.endsWith(".d.ts"),
    );
    for (const file of declarations) {
      const text = await readFile(join(shop.directory, "node_modules/weapp-login", file), "utf8");
      const imported = [...text.matchAll(/ from "([^"]+)"/g)].map(([, name = ""]) => name);
      for (const name of imported)
        expect(name, file).toMatch(/^(\.\.?\/.*\.js|aws-cdk-lib(\/.*)?|constructs)$/);
    }
  });

  test("carries the notices of what is in its bundles", async () => {
    const notices = await readFile(
      join(shop.directory, "node_modules/weapp-login/dist/THIRD-PARTY-NOTICES.txt"),
      "utf8",
    );
    for (const name of [
      "commander",
      "csv-parse",
      "valibot",
      "@aws-sdk/client-lambda",
      "@aws-sdk/credential-provider-sso",
    ]) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|Apache-2\\.0)\\)$`, "m"));
    }
  });
});

async function manifest(): Promise<{
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
  readonly peerDependenciesMeta?: object;
  readonly private?: boolean;
}> {
  return JSON.parse(await readFile(join(shop.directory, "node_modules/weapp-login/package.json"), "utf8"));
}

describe("each name that can be imported", () => {
  const exported = {
    "weapp-login": ["SessionAuthorizer", "WeappLogin"],
    "weapp-login/session-of": ["sessionOf"],
    "weapp-login/access-token": ["AccessTokenError", "accessToken"],
    "weapp-login/testing": ["restSessionEvent", "sessionEvent"],
    "weapp-login/admin": [],
    "weapp-login/client": ["LoginError", "addMessages", "createLogin", "errorOf", "messageFor"],
    "weapp-login/client/phone": ["bindPhone", "phoneNumber"],
    "weapp-login/client/open-data": ["openData"],
  };

  test("is here", async () => {
    const { exports } = await manifest();
    const names = Object.keys(exports).map((name) => name.replace(".", "weapp-login"));
    expect(names.sort()).toEqual([...Object.keys(exported), "weapp-login/package.json"].sort());
  });

  test.each(Object.entries(exported))(
    "%s is the same by import and by require: %j",
    async (name, members) => {
      const print =
        "console.log(JSON.stringify(Object.keys(it).filter((key) => key !== '__esModule').sort()))";
      const scripts = [
        ["--input-type=module", "-e", `import * as it from "${name}"; ${print}`],
        ["--input-type=commonjs", "-e", `const it = require("${name}"); ${print}`],
      ];
      for (const script of scripts) {
        const { stdout, stderr } = await shop.node(script);
        expect({ members: JSON.parse(stdout), stderr }).toEqual({ members, stderr: "" });
      }
    },
  );
});

test("the same stack may be asked by both: there is one copy of the construct, however it was loaded", async () => {
  const script = `import { createRequire } from "node:module";
import { WeappLogin } from "weapp-login";
const { WeappLogin: required } = createRequire(import.meta.url)("weapp-login");
console.log(WeappLogin === required);`;
  const { stdout } = await shop.node(["--input-type=module", "-e", script]);
  expect(stdout).toBe("true\n");
});

describe("an app that somebody has bundled into one file", () => {
  async function bundled(options: BuildOptions): Promise<string> {
    await shop.write("bundled.mjs", await app("app.mjs"));
    const outfile = join(shop.directory, "built/app.cjs");
    const { warnings } = await build({
      absWorkingDir: shop.directory,
      entryPoints: ["bundled.mjs"],
      bundle: true,
      platform: "node",
      external: ["aws-cdk-lib"],
      preserveSymlinks: true,
      outfile,
      ...options,
    });
    expect(warnings).toEqual([]);
    return outfile;
  }
  const variables = (outdir: string) => ({
    CDK_OUTDIR: join(shop.directory, outdir),
    CDK_VALIDATION: "false",
  });

  test("finds the functions in the package that is installed where it runs", async () => {
    await shop.node([await bundled({})], variables("bundled.out"));
    const template = await readFile(join(shop.directory, "bundled.out/Shop.template.json"), "utf8");
    const functions = ofType(resourcesOf(JSON.parse(template)), "AWS::Lambda::Function").map(functionName);
    expect(functions.sort()).toEqual([...deployedNames, "orders"].sort());
  });

  test("says what it lacks where the package is not", async () => {
    const file = await bundled({});
    const elsewhere = join(shop.directory, "..", `${basename(shop.directory)}-elsewhere`);
    await mkdir(elsewhere);
    onTestFinished(() => rm(elsewhere, { recursive: true }));
    await copyFile(file, join(elsewhere, "app.cjs"));
    await mkdir(join(elsewhere, "node_modules"));
    for (const peer of ["aws-cdk-lib", "constructs"]) {
      await symlink(
        join(shop.directory, "node_modules", peer),
        join(elsewhere, "node_modules", peer),
        "junction",
      );
    }
    const run = promisify(execFile)(process.execPath, ["app.cjs"], {
      cwd: elsewhere,
      env: variables("elsewhere.out"),
    });
    await expect(run).rejects.toMatchObject({
      stderr: expect.stringMatching(
        /The package weapp-login is not found from .*elsewhere.*: install it where the app runs\./,
      ),
    });
  });
});

test("the types hold in ES modules and in CommonJS, declarations of libraries included", async () => {
  const right = `import { App, Duration, Stack } from "aws-cdk-lib";
import { type AttemptsProps, type DomainProps, WeappLogin, type WeappLoginProps } from "weapp-login";
import type { AdminAnswer, AdminRequest, ImportRow, Subject } from "weapp-login/admin";
import { createLogin } from "weapp-login/client";
import { type AuthorizerContext, sessionOf } from "weapp-login/session-of";
import { AccessTokenError, accessToken } from "weapp-login/access-token";

const attempts: AttemptsProps = { perUsername: 5, window: Duration.minutes(5) };
const domain: DomainProps = { name: "login.example.com", certificateArn: "arn" };
const props: WeappLoginProps = { appId: "wx0123456789abcdef", attempts, domain };
export const url: string = new WeappLogin(new Stack(new App(), "Shop"), "Login", props).url;
export const session: AuthorizerContext = sessionOf({ requestContext: {} });
export const request: AdminRequest = { action: "accounts.show", account: "lisi" };
export const answer: AdminAnswer<"accounts.remove"> = { unbound: 0 };
const of: Subject = { openid: "oAlice", appId: "wx0123456789abcdef" };
const rows: readonly ImportRow[] = [{ username: "lisi", userId: "u_lisi", password: "long enough" }];
export const requests: AdminRequest[] = [{ action: "bindings.find", of }, { action: "accounts.import", rows }];
export const login = createLogin({ baseUrl: url });
export const token: Promise<string> = accessToken({ appId: props.appId, refused: "old" });
export const code: string = new AccessTokenError("not_granted", "").code;
`;
  const wrong = `import { WeappLogin } from "weapp-login";
// @ts-expect-error The AppId is missing: were the types any, this would pass.
export const props: ConstructorParameters<typeof WeappLogin>[2] = {};
// @ts-expect-error So is the account.
export const request: import("weapp-login/admin").AdminRequest = { action: "accounts.show" };
`;
  await shop.write("app.mts", await app("app.mjs"));
  await shop.write("shop.mts", right);
  await shop.write("shop.cts", right);
  await shop.write("wrong.mts", wrong);
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    // aws-cdk-lib's own declarations name Disposable.
    lib: ["es2023", "esnext.disposable"],
    types: [],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const projects = {
    "nodenext.json": { compilerOptions, files: ["app.mts", "shop.mts", "shop.cts", "wrong.mts"] },
    "bundler.json": {
      compilerOptions: {
        ...compilerOptions,
        module: "esnext",
        moduleResolution: "bundler",
        skipLibCheck: true,
      },
      files: ["app.mts", "shop.mts", "wrong.mts"],
    },
  };
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  for (const [name, project] of Object.entries(projects)) {
    await shop.write(name, JSON.stringify(project));
    const checked = promisify(execFile)(process.execPath, [tsc, "-p", join(shop.directory, name)]);
    expect(await checked.catch(({ stdout }: { stdout: string }) => ({ stdout })), name).toMatchObject({
      stdout: "",
    });
  }
  // All of aws-cdk-lib is checked with it.
}, 120_000);

describe("the command line", () => {
  const command = "node_modules/weapp-login/bin/weapp-login.cjs";

  test("runs, and finds AWS by a profile, with all of the SDK inside", async () => {
    const aws = await fakeAws({ stackName: "Shop", admin: () => ({ bindings: [] }) });
    onTestFinished(aws.close);
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = operatorKey;
    const key = { Version: 1, AccessKeyId, SecretAccessKey };
    await shop.write("key.mjs", `console.log('${JSON.stringify(key)}')`);
    await shop.write(
      "aws-config",
      `[profile shop]\nregion = us-east-1\ncredential_process = "${process.execPath}" key.mjs\n`,
    );
    const { stdout, stderr } = await shop.node(
      [command, "bindings", "find", "--user", "u_1", "--json", "--stack", "Shop", "--profile", "shop"],
      { AWS_CONFIG_FILE: "aws-config", AWS_SHARED_CREDENTIALS_FILE: "none", AWS_ENDPOINT_URL: aws.url },
    );
    expect({ answer: JSON.parse(stdout), stderr }).toEqual({ answer: { bindings: [] }, stderr: "" });
    expect(aws.requests).toEqual([{ action: "bindings.find", of: { userId: "u_1" } }]);
  });

  test("says which Node it needs, in one line", async () => {
    const oldNode = join(root, "test/support/old-node.cjs");
    await expect(shop.node(["--require", oldNode, command, "--help"])).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: "weapp-login needs Node 20.19 or newer, and this is 18.20.8.\n",
    });
    await expect(shop.node(["--require", oldNode, command, "doctor", "--lang", "zh"])).rejects.toMatchObject({
      stderr: "weapp-login 需要 Node 20.19 或更高版本，当前版本是 18.20.8。\n",
    });
  });
});

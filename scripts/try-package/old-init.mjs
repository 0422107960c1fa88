const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** What `cdk init app --language typescript` made a year ago, without its stack and its test. Texts by path. */
export const oldInit = {
  "package.json": json({
    name: "shop",
    version: "0.1.0",
    devDependencies: {
      "@types/jest": "^29.5.14",
      "@types/node": "22.7.9",
      jest: "^29.7.0",
      "ts-jest": "^29.2.5",
      "ts-node": "^10.9.2",
      typescript: "~5.6.3",
    },
    dependencies: { "aws-cdk-lib": "^2.230.0", constructs: "^10.0.0" },
  }),
  "cdk.json": json({ app: "npx ts-node --prefer-ts-exts bin/shop.ts" }),
  "tsconfig.json": json({
    compilerOptions: {
      target: "ES2022",
      // With it goes `moduleResolution` `node`, which knows no `exports`.
      module: "commonjs",
      lib: ["es2022"],
      declaration: true,
      strict: true,
      noImplicitReturns: true,
      inlineSourceMap: true,
      inlineSources: true,
      experimentalDecorators: true,
      strictPropertyInitialization: false,
      typeRoots: ["./node_modules/@types"],
    },
    exclude: ["node_modules", "cdk.out"],
  }),
  "jest.config.js": `module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts", "**/*.test.js"],
  transform: { "^.+\\\\.tsx?$": "ts-jest" },
};
`,
  "bin/shop.ts": `#!/usr/bin/env node
import * as cdk from "aws-cdk-lib";
import type { AdminRequest } from "weapp-login/admin";
import { createLogin } from "weapp-login/client";
import { ShopStack } from "../lib/shop-stack";

new ShopStack(new cdk.App(), "ShopStack");

// Were it any, because no declarations were found, the second would pass.
export const right: AdminRequest = { action: "accounts.show", account: "lisi" };
// @ts-expect-error The account is missing.
export const wrong: AdminRequest = { action: "accounts.show" };
export const login = () => createLogin({ baseUrl: "https://login.example.com" });
`,
};

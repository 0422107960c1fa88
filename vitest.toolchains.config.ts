import { defineConfig } from "vitest/config";

/** `npm run toolchains`: the SDK in the hands of Taro, uni-app and older compilers, each installed in a folder of its own. */
export default defineConfig({
  test: {
    include: ["test/toolchains/**/*.toolchain.ts"],
    globalSetup: "test/toolchains/built-client.ts",
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // They wait for the registry as long as they compute.
    maxWorkers: 2,
  },
});

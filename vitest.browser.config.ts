import { defineConfig } from "vitest/config";

/** `npm run browser`: the playground in a real Chromium, which `npm test` does without. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.browser.ts"],
    globalSetup: "test/support/synthesized-once.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

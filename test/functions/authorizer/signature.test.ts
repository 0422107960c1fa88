import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { expect, onTestFinished, test, vi } from "vitest";
import { signer } from "../../../functions/authorizer/signature.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const day = 86_400_000;
const credentials = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "secret" };

test("the key is made once for a day and its credentials", () => {
  const made = vi.spyOn(crypto, "createSecretKey");
  syncBuiltinESMExports();
  onTestFinished(() => {
    made.mockRestore();
    syncBuiltinESMExports();
  });
  const sign = signer({ region: "us-east-1", url: new URL("http://localhost/") }, "a target");
  const keys = [
    [noon, credentials],
    [noon + 1_000, credentials],
    [noon + day, credentials],
    [noon + day, { ...credentials, AWS_SECRET_ACCESS_KEY: "another" }],
    [noon + day, { ...credentials, AWS_SECRET_ACCESS_KEY: "another" }],
  ] as const;
  const counts = keys.map(([now, of]) => {
    sign("{}", of, now);
    return made.mock.calls.length;
  });
  expect(counts).toEqual([1, 1, 2, 3, 3]);
});

import { afterEach, expect, test, vi } from "vitest";
import { defaultProvider } from "../../../functions/aws/environment-credentials.ts";

const variables = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;
const set = (values: readonly (string | undefined)[]) =>
  variables.forEach((name, index) => void vi.stubEnv(name, values[index]));

afterEach(() => void vi.unstubAllEnvs());

test("are what Lambda puts into the environment, and are looked up once", async () => {
  set(["AKID", "secret", "token"]);
  const provider = defaultProvider();
  const credentials = { accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "token" };
  expect(await provider()).toMatchObject(credentials);
  set(["another", "secret", "token"]);
  expect(await provider()).toMatchObject(credentials);
});

test.each([
  ["a key", [undefined, "secret", "token"]],
  ["a secret", ["AKID", undefined, "token"]],
])("are none without %s: nothing else is looked through", async (_, values) => {
  set(values);
  await expect(defaultProvider()()).rejects.toThrow("Unable to find environment variable credentials.");
});

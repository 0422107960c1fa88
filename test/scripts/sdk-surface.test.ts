import { glob, readFile } from "node:fs/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

/** Names that hold for one version of the SDK and may be others in the next. */
function privateNames(): string[] {
  const region = "us-east-1";
  const clients = [
    new DynamoDBClient({ region }),
    new LambdaClient({ region }),
    new SecretsManagerClient({ region }),
  ];
  const names = clients
    .flatMap(({ middlewareStack }) => middlewareStack.identify())
    .flatMap((identity) => identity.match(/\w+Middleware/g) ?? []);
  return [...new Set(["middlewareStack", ...names])];
}

test("of the AWS SDK only what it documents is used: no path inside a package, no middleware by its name", async () => {
  const names = privateNames();
  expect(names).toContain("retryMiddleware");
  const pattern = new RegExp(
    `@(aws-sdk|smithy)/[\\w-]+/|\\bdist-(es|cjs|types)\\b|\\b(${names.join("|")})\\b`,
  );
  const found: string[] = [];
  let files = 0;
  for await (const file of glob(["functions/**/*", "lib/**/*", "scripts/**/*"], { cwd: root.pathname })) {
    if (!/\.\w+$/.test(file)) continue;
    files++;
    const text = await readFile(new URL(file, root), "utf8");
    text.split("\n").forEach((line, index) => {
      if (pattern.test(line)) found.push(`${file}:${index + 1}: ${line.trim()}`);
    });
  }
  expect(files).toBeGreaterThan(50);
  expect(found).toEqual([]);
});

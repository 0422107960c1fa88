import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { billOfMaterials } from "../../scripts/sbom.ts";

const root = new URL("../../", import.meta.url);
const versionOf = async (name: string): Promise<string> =>
  JSON.parse(await readFile(new URL(`node_modules/${name}/package.json`, root), "utf8")).version;

test("the bill of materials has what is bundled and nothing else, and the package needs all of it", async () => {
  const valibot = { name: "valibot", version: await versionOf("valibot") };
  const client = { name: "@aws-sdk/client-lambda", version: await versionOf("@aws-sdk/client-lambda") };
  const refs = [client, valibot].map(({ name, version }) => `${name}@${version}`);
  expect(await billOfMaterials("weapp-login", [valibot, client])).toMatchObject({
    bomFormat: "CycloneDX",
    metadata: { component: { name: "weapp-login" } },
    components: [
      { ...client, licenses: [{ license: { id: "Apache-2.0" } }] },
      { ...valibot, licenses: [{ license: { id: "MIT" } }] },
    ],
    dependencies: [{ dependsOn: refs }, { ref: refs[0], dependsOn: [] }, { ref: refs[1], dependsOn: [] }],
  });
});

test("a bundled package that npm does not know of stops it", async () => {
  await expect(billOfMaterials("weapp-login", [{ name: "valibot", version: "0.0.1" }])).rejects.toThrow(
    "npm's bill of materials lacks valibot@0.0.1.",
  );
});

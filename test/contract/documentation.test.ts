import { access, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { adminDocument } from "../../scripts/admin-document.ts";

test("docs/admin-function.md is what the contract says", async () => {
  await expect(adminDocument()).toMatchFileSnapshot("../../docs/admin-function.md");
});

test("CONTRIBUTING.md speaks of files and folders that are there", async () => {
  const root = new URL("../../", import.meta.url);
  const text = await readFile(new URL("CONTRIBUTING.md", root), "utf8");
  const named = [...text.matchAll(/`([\w-]+\/[\w./-]*)`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(5);
  for (const path of named.filter((it) => it !== "weapp-login/admin")) await access(new URL(path, root));
});

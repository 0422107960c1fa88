import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { bundledPackages, thirdPartyNotices } from "../../scripts/third-party-notices.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");

const noticesOf = async (...bundles: Parameters<typeof bundledPackages>[0]) =>
  thirdPartyNotices(await bundledPackages(bundles));

/** esbuild's account of a bundle with one file of each of these packages, of which `bytesInOutput` are left. */
async function bundleOf(packages: Readonly<Record<string, { license: string; text?: string }>>, bytes = 1) {
  const directory = await directoryForThisTest();
  const inputs: Record<string, { bytesInOutput: number }> = {};
  for (const [name, { license, text }] of Object.entries(packages)) {
    const home = join(directory, "node_modules", name);
    await mkdir(home, { recursive: true });
    await writeFile(join(home, "package.json"), JSON.stringify({ name, version: "1.2.3", license }));
    if (text !== undefined) await writeFile(join(home, "LICENSE.md"), `${text}\n`);
    inputs[relative(root, join(home, "index.js"))] = { bytesInOutput: bytes };
  }
  return { inputs: {}, outputs: { bundle: { bytes, inputs, imports: [], exports: [] } } };
}

test("packages with the same text share it, and others have their own", async () => {
  const bundle = await bundleOf({
    "@vendor/one": { license: "MIT", text: "Copyright Vendor" },
    "@vendor/two": { license: "MIT", text: "Copyright Vendor" },
    other: { license: "ISC", text: "Copyright Other" },
  });
  const [, vendor, other] = (await noticesOf(bundle, bundle)).split(/^-+$/m);
  expect(vendor?.trim()).toBe("@vendor/one 1.2.3 (MIT)\n@vendor/two 1.2.3 (MIT)\n\nCopyright Vendor");
  expect(other?.trim()).toBe("other 1.2.3 (ISC)\n\nCopyright Other");
});

test("a package that left its text out has that of its vendor", async () => {
  const bundle = await bundleOf({
    "@vendor/one": { license: "MIT" },
    "@vendor/two": { license: "MIT", text: "Copyright Vendor" },
  });
  expect(await noticesOf(bundle)).toContain(
    "@vendor/one 1.2.3 (MIT)\n@vendor/two 1.2.3 (MIT)\n\nCopyright Vendor",
  );
});

test.each([
  ["a licence that nobody has looked at", { license: "GPL-3.0-only", text: "GPL" }, "is under GPL-3.0-only"],
  ["no text", { license: "MIT" }, "comes without the text of its licence"],
])("%s fails the build", async (_what, one, message) => {
  const bundle = await bundleOf({ "@vendor/one": one, "@other/two": { license: "MIT", text: "Copyright" } });
  await expect(noticesOf(bundle)).rejects.toThrow(`@vendor/one ${message}`);
});

test("of what was read and left out of the bundle nothing is said", async () => {
  const bundle = await bundleOf({ gone: { license: "GPL-3.0-only", text: "GPL" } }, 0);
  expect(await noticesOf(bundle)).not.toContain("gone");
});

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { root } from "./files.ts";

/** What may be passed on in a bundle, as long as its notice goes with it. */
const allowed = ["MIT", "Apache-2.0", "ISC", "0BSD"];

interface ThirdParty {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Its licence files, word for word; empty where it has none. */
  readonly text: string;
}

/** Their notices. Throws for one whose text is nowhere to be found. */
export function thirdPartyNotices(packages: readonly ThirdParty[]): string {
  // Most share their text with others.
  const byText = Map.groupBy(packages, (one) => one.text || textOfVendor(one, packages));
  const parts = [...byText].map(([text, sharing]) => {
    const names = sharing.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${[...new Set(names)].join("\n")}\n\n${text}\n`;
  });
  return ["The bundles in dist hold code of these packages.\n", ...parts].join(`\n${"-".repeat(80)}\n\n`);
}

/** The npm packages with code in one of the bundles. Rejects for a licence that nobody has looked at. */
export function bundledPackages(metafiles: readonly Metafile[]): Promise<ThirdParty[]> {
  const directories = new Set(metafiles.flatMap(({ outputs }) => Object.values(outputs)).flatMap(packagesIn));
  return Promise.all([...directories].sort().map(readPackage));
}

/** Directories, relative to the project: of what is left after shaking, not of what was merely read. */
function packagesIn({ inputs }: Metafile["outputs"][string]): string[] {
  return Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => {
    const directory = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    return directory !== undefined && bytesInOutput > 0 ? [directory] : [];
  });
}

async function readPackage(directory: string): Promise<ThirdParty> {
  const { name, version, license } = JSON.parse(
    await readFile(join(root, directory, "package.json"), "utf8"),
  );
  if (!allowed.includes(license)) {
    throw new Error(`${name} is under ${license}: see whether it may be part of a bundle, and add it here.`);
  }
  const files = (await readdir(join(root, directory))).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = await Promise.all(files.sort().map((file) => readFile(join(root, directory, file), "utf8")));
  return { name, version, license, text: texts.map((text) => text.trim()).join("\n\n") };
}

/** A few packages of the AWS SDK leave the file out that their siblings have. */
function textOfVendor({ name, license }: ThirdParty, packages: readonly ThirdParty[]): string {
  const [scope] = name.split("/");
  const sibling = packages.find(
    (other) => other.name.startsWith(`${scope}/`) && other.license === license && other.text !== "",
  );
  if (!sibling) throw new Error(`${name} comes without the text of its licence.`);
  return sibling.text;
}

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { root, trackedFiles } from "../support/tracked-files.ts";

const pages = trackedFiles("*.md");

/** What GitHub makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").replaceAll(/`[^`\n]*`/g, "");
}

async function linksOf(page: string) {
  const text = withoutCode(await readFile(join(root, page), "utf8"));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    return { target, file: path === "" ? page : normalize(join(dirname(page), path)), anchor };
  });
}

describe.each(pages)("%s", (page) => {
  test("links to what is there", async () => {
    for (const { target, file, anchor } of await linksOf(page)) {
      expect(existsSync(join(root, file)), target).toBe(true);
      if (anchor === undefined) continue;
      const headings = (await readFile(join(root, file), "utf8")).matchAll(/^#+ (.*)$/gm);
      expect(
        [...headings].map(([, heading = ""]) => anchorOf(heading)),
        target,
      ).toContain(anchor);
    }
  });

  test("names files that are there", async () => {
    const text = await readFile(join(root, page), "utf8");
    const named = [...text.matchAll(/`((?:docs|examples|functions|lib|test|scripts|contract)\/[\w./-]+)`/g)];
    for (const [, path = ""] of named) expect(existsSync(join(root, path)), path).toBe(true);
  });
});

test("a page that is in the package links to nothing that is not", async () => {
  const { files } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const left = files.filter((file: string) => file.startsWith("!docs/")).map((file: string) => file.slice(1));
  const isPacked = (file: string) =>
    (/^docs\/[\w.-]+\.md$/.test(file) && !left.includes(file)) || files.includes(file);
  const packed = pages.filter(isPacked);
  expect(packed.length).toBeGreaterThan(5);
  for (const page of packed) {
    for (const { target, file } of await linksOf(page)) {
      expect(isPacked(file), `${page}: ${target}`).toBe(true);
    }
  }
});

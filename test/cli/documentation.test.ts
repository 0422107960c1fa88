import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

test("no page shows a secret on a command line, where the shell's history keeps it", async () => {
  const pages = (await readdir(new URL("docs/", root))).filter((name) => name.endsWith(".md"));
  for (const page of ["README.md", ...pages.map((name) => `docs/${name}`)]) {
    const text = await readFile(new URL(page, root), "utf8");
    expect(text, page).not.toMatch(/(echo|printf) (?!'%s\\n' "\$).*\|.*weapp-login/);
  }
});

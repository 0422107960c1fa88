import { readdir, readFile } from "node:fs/promises";

const root = new URL("../../", import.meta.url);
/** In the order in which they are read. */
export const names = [
  "quick-start",
  "how-it-works",
  "mini-program",
  "backend",
  "deploy",
  "operate",
  "runbook",
  "reference",
];
const files = ["README.zh-CN.md", "docs/zh-CN/README.md", ...names.map((name) => `docs/zh-CN/${name}.md`)];
export const chinesePages = new Map(
  await Promise.all(files.map(async (page) => [page, await textOf(page)] as const)),
);

export function pageOf(name: string): string {
  return chinesePages.get(`docs/zh-CN/${name}.md`) ?? "";
}

/** By its path in the repository. */
export function textOf(file: string): Promise<string> {
  return readFile(new URL(file, root), "utf8");
}

/** Of a folder (`docs/`) and of those in it, without the Chinese pages. */
export async function filesIn(folder: string, name: RegExp): Promise<string[]> {
  const files = await readdir(new URL(folder, root), { recursive: true });
  return files.filter((file) => name.test(file) && !file.includes("zh-CN")).map((file) => `${folder}${file}`);
}

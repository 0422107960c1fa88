import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageDirectory } from "../package-directory.ts";

const page = "docs/runbook.md";

/** Where an alarm's section of the runbook is read: on the page that the owner names, or else on the package's own. */
export function runbookOf(alarm: string, runbookUrl: string | undefined): string {
  const url = runbookUrl ?? runbookIn(repositoryUrl());
  const anchor = alarm.toLowerCase();
  return url === undefined
    ? `${page}#${anchor} of the package weapp-login (runbookUrl makes this a link)`
    : `${url}#${anchor}`;
}

/** The page in the repository that a package.json names; undefined where it names none yet, or not one of GitHub's. */
export function runbookIn(repository: unknown): string | undefined {
  const [, url] =
    /^git\+(https:\/\/github\.com\/(?!OWNER\/)[\w.-]+\/[\w.-]+)\.git$/.exec(String(repository)) ?? [];
  return url && `${url}/blob/HEAD/${page}`;
}

function repositoryUrl(): unknown {
  const { repository } = JSON.parse(readFileSync(join(packageDirectory(), "package.json"), "utf8"));
  return Object(repository).url;
}

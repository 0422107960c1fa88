import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageDirectory } from "../package-directory.ts";

const page = "docs/runbook.md";

/** Where alarms' sections of the runbook are read: on the page that the owner names, or else on the package's own. */
export function runbookSections(runbookUrl: string | undefined): (alarm: string) => string {
  const url = runbookUrl ?? runbookIn(repositoryUrl());
  return (alarm) =>
    url === undefined
      ? `${page}#${alarm.toLowerCase()} of the package weapp-login (runbookUrl makes this a link)`
      : `${url}#${alarm.toLowerCase()}`;
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

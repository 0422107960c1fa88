import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "./failure.ts";

interface Environment {
  readonly AWS_PROFILE?: string | undefined;
  readonly AWS_CONFIG_FILE?: string | undefined;
  readonly AWS_SHARED_CREDENTIALS_FILE?: string | undefined;
}

/**
 * Rejects where the profile that was named is in neither of AWS's files. The SDK would look on for other credentials
 * instead, and find, say, those of the machine it runs on.
 * Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
 */
export async function expectProfile(named: string | undefined, environment: Environment): Promise<void> {
  const { AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = environment;
  const profile = named ?? AWS_PROFILE;
  if (!profile) return;
  const config = AWS_CONFIG_FILE || join(homedir(), ".aws", "config");
  const credentials = AWS_SHARED_CREDENTIALS_FILE || join(homedir(), ".aws", "credentials");
  const inConfig = (await sectionsOf(config)).flatMap((section) => {
    const name = section === "default" ? section : /^profile\s+(.+)$/.exec(section)?.[1];
    return name === undefined ? [] : [unquoted(name)];
  });
  const there = new Set([...inConfig, ...(await sectionsOf(credentials)).map(unquoted)]);
  if (there.has(profile)) return;
  const said = named === undefined ? "AWS_PROFILE" : "--profile";
  const others = [...there].sort().join(", ");
  throw new Failure("no_credentials", ({ failures }) =>
    failures.noProfile(profile, config, credentials, others, said),
  );
}

/** What stands in `[brackets]`; nothing where there is no such file. */
async function sectionsOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return [...text.matchAll(/^\s*\[([^\]\n]*)\]/gm)].map(([, section = ""]) => section.trim());
}

function unquoted(name: string): string {
  return name.replace(/^(["'])(.*)\1$/, "$2");
}

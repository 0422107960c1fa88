import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Secret } from "./secret-versions.ts";

export interface SecretsFile {
  /** None if there is no file yet. */
  read(): Promise<Secret[]>;
  /** Replaces the file in one step, in the order of the calls; a crash leaves the old content or the new. */
  write(secrets: readonly Secret[]): Promise<void>;
  /** Waits for writes under way. */
  close(): Promise<void>;
}

/** `secrets.json` in `directory`, readable by its owner only. Without a directory nothing is kept. */
export async function openSecretsFile(directory: string | undefined): Promise<SecretsFile> {
  if (directory === undefined) {
    return { read: async () => [], write: async () => {}, close: async () => {} };
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, "secrets.json");
  let writing: Promise<void> = Promise.resolve();

  async function replace(content: string): Promise<void> {
    const next = `${path}.next`;
    const file = await open(next, "w", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  }

  return {
    async read() {
      try {
        return JSON.parse(await readFile(path, "utf8"));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
        throw new Error(`${path} cannot be read.`, { cause: error });
      }
    },

    write(secrets) {
      const content = `${JSON.stringify(secrets, null, 2)}\n`;
      const written = writing.then(() => replace(content));
      writing = written.catch(() => {});
      return written;
    },

    close: () => writing,
  };
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Size of a bundle in KB (1,024 bytes), as it is and gzipped; a zip for Lambda is as large. */
export async function sizeOf(directory: string): Promise<{ raw: number; gzipped: number }> {
  const bytes = await readFile(join(directory, "index.mjs"));
  return { raw: bytes.length / 1024, gzipped: gzipSync(bytes, { level: 9 }).length / 1024 };
}

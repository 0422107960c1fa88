import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** What an SDK takes as `credentials`. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Of whoever starts the laptop; the command line, which may be an installed one, is run there too. */
const directory = () => join(process.cwd(), "node_modules/.cache/weapp-login/operators");

/** One laptop has one port for AWS's endpoints. */
function fileOf(port: number): string {
  return join(directory(), `${port}.json`);
}

/** Keeps the key with which the command line calls the laptop at this port: readable by nobody but its owner. */
export async function writeOperatorKey(port: number, credentials: Credentials): Promise<void> {
  await mkdir(directory(), { recursive: true, mode: 0o700 });
  // A file that is there already would keep its mode.
  await removeOperatorKey(port);
  const file = await open(fileOf(port), "wx", 0o600);
  try {
    await file.writeFile(JSON.stringify(credentials));
  } finally {
    await file.close();
  }
}

/** Undefined where no laptop was started at this port. */
export async function readOperatorKey(port: number): Promise<Credentials | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(port), "utf8"));
  } catch {
    return undefined;
  }
}

export async function removeOperatorKey(port: number): Promise<void> {
  await rm(fileOf(port), { force: true });
}

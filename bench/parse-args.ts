import { type ParseArgsConfig, parseArgs as parse } from "node:util";

/** Node's, but what it throws is said in a sentence, and ends the process. */
export function parseArgs<T extends ParseArgsConfig>(config: T): ReturnType<typeof parse<T>> {
  try {
    return parse(config);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}. See --help.`);
    process.exit(2);
  }
}

import { textOf } from "./chinese-pages.ts";
import { trackedFiles } from "./tracked-files.ts";

/** What stands on a page to be typed into a shell. */
export interface PageCommand {
  readonly page: string;
  /** One command, without comments; a function of the shell is one. */
  readonly command: string;
  /** The whole block that it stands in, which may set what it needs; the command itself where it stands in a sentence. */
  readonly block: string;
}

/** Every command of every page of the repository, in both languages. */
export async function pageCommands(): Promise<PageCommand[]> {
  const all = trackedFiles("*.md").map(async (page) => {
    const commands = commandsIn(await textOf(page));
    return commands.map((it) => ({ page, ...it }));
  });
  return (await Promise.all(all)).flat();
}

const program = "(?:npx|npm|node|git|cdk|aws|curl|docker)";

/** Blocks of a shell are commands as a whole; of others, and of sentences, what begins with a prompt or a program does. */
export function commandsIn(text: string): Omit<PageCommand, "page">[] {
  const blocks = [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```/gm)].flatMap(
    ([, indent = "", language = "", body = ""]) => {
      const lines = body.split("\n").map((line) => line.slice(indent.length));
      if (/^(sh|bash)$/.test(language)) {
        const block = lines.join("\n");
        return commandsOf(block).map((command) => ({ command, block }));
      }
      if (!/^(text|console|)$/.test(language)) return [];
      return lines.flatMap((line) => {
        const [, typed] =
          new RegExp(`^(?:\\$ )?((?:\\w+=\\S+ )*${program} .*?)(?: {2,}.*)?$`).exec(line) ?? [];
        return typed === undefined ? [] : [{ command: typed, block: typed }];
      });
    },
  );
  const sentences = text
    .replaceAll(/^ *```[\s\S]*?^ *```/gm, "")
    .matchAll(/`(npx (?:--no )?weapp-login [^`]+)`/g);
  return [...blocks, ...[...sentences].map(([, command = ""]) => ({ command, block: command }))];
}

/** The commands of a script, each on one line or, where it is a function or ends with a backslash, on several. */
function commandsOf(script: string): string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of script.split("\n")) {
    open += line.replace(/(^|\s)# .*$/, "").trimEnd();
    if (open.endsWith("\\") || /^\w+\(\) \{$/.test(open.split("\n")[0] ?? "") !== open.endsWith("\n}")) {
      open += "\n";
      continue;
    }
    if (open.trim() !== "") commands.push(open.trim());
    open = "";
  }
  return commands;
}

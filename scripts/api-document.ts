import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./files.ts";
import { table } from "./table.ts";

interface Member {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly text: string;
  readonly byDefault: string | undefined;
}

interface Shape {
  readonly name: string;
  readonly text: string;
  readonly members: readonly Member[];
}

const example = 'import { SessionAuthorizer, WeappLogin } from "weapp-login";';

/** docs/API.md, out of the docstrings of the construct's props and of what the construct itself offers. */
export async function apiDocument(): Promise<string> {
  const [props, construct, authorizer, deployed] = await Promise.all(
    ["props", "weapp-login", "session-authorizer", "deployed-login"].map((name) =>
      readFile(join(root, `lib/${name}.ts`), "utf8"),
    ),
  );
  const shapes = shapesIn(props ?? "").filter(({ name }) => name !== "WeappLoginStackProps");
  const sections = shapes.map(
    ({ name, text, members }) => `## ${name}\n\n${text === "" ? "" : `${text}\n\n`}${membersTable(members)}`,
  );
  const classes = [construct, authorizer, deployed].flatMap((source = "") => classesIn(source));
  const offered = classes.map(
    ({ name, text, members }) => `## ${name}\n\n${text}\n\n${membersTable(members)}`,
  );
  return `# The construct

\`\`\`ts
${example}
\`\`\`

What a prop may be is checked at synthesis; which of them are settings of \`cdk.json\` too: \`settings.md\`.

${[...sections, ...offered].join("\n\n")}

This page is written by \`npx vitest run test/docs/api.test.ts --update\` out of \`lib/\`.
`;
}

function membersTable(members: readonly Member[]): string {
  const withDefaults = members.some(({ byDefault }) => byDefault !== undefined);
  const rows = members.map(({ name, optional, type, text, byDefault }) => [
    `\`${name}${optional ? "?" : ""}\``,
    `\`${type.replaceAll("|", "\\|")}\``,
    ...(withDefaults ? [defaultOf(byDefault)] : []),
    text.replaceAll("|", "\\|"),
  ]);
  return table(["name", "type", ...(withDefaults ? ["default"] : []), "meaning"], rows);
}

/** A value as code; words as they are. */
function defaultOf(byDefault = ""): string {
  return /^$|[ `]/.test(byDefault) ? byDefault : `\`${byDefault}\``;
}

const docstring = String.raw`(?:/\*\*((?:(?!\*/)[\s\S])*?)\*/\s*)?`;

/** The interfaces of a source, in its order. */
export function shapesIn(source: string): Shape[] {
  const pattern = new RegExp(`${docstring}export interface (\\w+)[^{]*\\{([\\s\\S]*?)\\n\\}`, "g");
  return [...source.matchAll(pattern)].map(([, comment = "", name = "", body = ""]) => ({
    name,
    text: textOf(comment).text,
    members: membersIn(body, `readonly (\\w+)(\\??): ([^;]+);`),
  }));
}

/** The exported classes, with their public properties and methods. */
export function classesIn(source: string): Shape[] {
  const pattern = new RegExp(`${docstring}export class (\\w+)[^{]*\\{([\\s\\S]*?)\\n\\}`, "g");
  return [...source.matchAll(pattern)].map(([, comment = "", name = "", body = ""]) => ({
    name,
    text: textOf(comment).text,
    members: [
      ...membersIn(body, `readonly (\\w+)(\\??): ([^;=]+);`),
      ...membersIn(
        body,
        String.raw`((?:static )?(?!constructor|private)\w+)()(\((?:[^()]|\([^()]*\))*\): [\w<>\[\] |]+) \{`,
      ),
    ],
  }));
}

function membersIn(body: string, member: string): Member[] {
  const pattern = new RegExp(`\\n  ${docstring}${member}`, "g");
  return [...body.matchAll(pattern)].map(([, comment = "", name = "", optional, type = ""]) => ({
    name,
    optional: optional === "?",
    type: type.replaceAll(/\s+/g, " ").trim(),
    ...textOf(comment),
  }));
}

/** The words of a docstring, on one line, and what its \`@default\` says. */
function textOf(comment: string): Pick<Member, "text" | "byDefault"> {
  const plain = comment
    .replaceAll(/^\s*\* ?/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const [text = "", byDefault] = plain.split("@default ");
  return { text: text.trim(), byDefault: byDefault?.trim() };
}

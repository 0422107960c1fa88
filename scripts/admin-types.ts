import * as v from "valibot";
import { adminActions, adminRefusals, operatorActions } from "../contract/operator-actions.ts";
import { importRow } from "../contract/operator-shapes.ts";
import type { Schema } from "../contract/schema.ts";

const width = 110;

/**
 * The declarations of `weapp-login/admin`: what contract/operator-actions.ts says in schemas, as interfaces that need no
 * library.
 */
export function adminTypes(): string {
  const declared = new Map<string, string>();

  function declare(name: string, schema: Schema, first: readonly string[] = []): void {
    if (declared.has(name)) return;
    declared.set(name, "");
    const head = "entries" in schema ? `export interface ${name}` : `export type ${name} =`;
    const end = "entries" in schema ? "" : ";";
    declared.set(name, `${comment(v.getDescription(schema))}${head} ${typeOf(schema, "", first)}${end}`);
  }

  /** By its name where it has one, which is declared then. */
  function mention(schema: Schema, indent: string): string {
    const name = v.getTitle(schema);
    if (name === undefined) return typeOf(schema, indent);
    declare(name, schema);
    return name;
  }

  function typeOf(schema: Schema, indent: string, first: readonly string[] = []): string {
    const { type, entries = {}, options = [], item } = schema;
    switch (type) {
      case "string":
      case "number":
      case "boolean":
        return type;
      case "array":
        return `readonly ${item && oneWord(mention(item, indent))}[]`;
      case "object":
      case "strict_object":
        return members([...first, ...Object.entries(entries).map((entry) => member(entry, indent))], indent);
      case "picklist":
      case "union":
      case "variant":
        return options
          .map((option) => (typeof option === "string" ? `"${option}"` : mention(option, indent)))
          .join(" | ");
      default:
        throw new Error(`Nothing says how a schema of the type ${type} is declared.`);
    }
  }

  function member([name, schema]: [string, Schema], indent: string): string {
    const inside = `${indent}  `;
    const { type, wrapped = schema } = schema;
    const optional = type === "exact_optional" ? "?" : "";
    const description = v.getTitle(wrapped) === undefined ? v.getDescription(wrapped) : undefined;
    return `${comment(description, inside)}${inside}readonly ${nameOf(name)}${optional}: ${mention(wrapped, inside)};`;
  }

  declare("ImportRow", importRow);
  const requests = adminActions.map((action) => {
    const { request } = operatorActions[action];
    const name = v.getTitle(request);
    if (name === undefined) throw new Error(`The request of ${action} has no name.`);
    declare(name, request, [`  readonly action: "${action}";`]);
    return name;
  });
  const answers = adminActions.map((action) => member([action, operatorActions[action].answer], ""));
  const refusals = Object.keys(adminRefusals).map((code) => `"${code}"`);

  return [
    `${comment(
      "What the admin function is asked: the command line sends these, and so may your own systems, through Lambda's Invoke " +
        "with IAM. Times are ISO 8601 in UTC; an identity is an openid of one mini-program.",
    )}export type AdminRequest =${alternatives(requests)};`,
    ...declared.values(),
    `${comment("The answer to a request that was carried out.")}export interface AdminAnswers ${members(answers, "")}`,
    `${comment(
      "Why a request was not carried out. Nothing was changed, except after `store_unavailable`: that may have happened " +
        "half-way, and repeating the request completes it.",
    )}export type AdminRefusal =${alternatives(refusals)};`,
    'export type AdminAction = AdminRequest["action"];',
    "export type AdminAnswer<A extends AdminAction> =\n" +
      "  | AdminAnswers[A]\n" +
      "  | { readonly refused: AdminRefusal; readonly detail: string };\n",
  ].join("\n\n");
}

function members(lines: readonly string[], indent: string): string {
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function alternatives(types: readonly string[]): string {
  return types.map((type) => `\n  | ${type}`).join("");
}

function oneWord(type: string): string {
  return type.includes(" | ") ? `(${type})` : type;
}

function nameOf(member: string): string {
  return /^\w+$/.test(member) ? member : `"${member}"`;
}

/** Ends with a line break; nothing where there is nothing to say. */
function comment(text: string | undefined, indent = ""): string {
  if (text === undefined) return "";
  const line = `${indent}/** ${text} */`;
  if (line.length <= width) return `${line}\n`;
  const lines = wrapped(text, width - indent.length - 3).map((part) => `${indent} * ${part}\n`);
  return `${indent}/**\n${lines.join("")}${indent} */\n`;
}

function wrapped(text: string, longest: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines.splice(-1, 1, word);
    else if (line.length + 1 + word.length <= longest) lines.splice(-1, 1, `${line} ${word}`);
    else lines.push(word);
  }
  return lines;
}

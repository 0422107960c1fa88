import { readFile } from "node:fs/promises";

/** One request that left a function. */
export interface CountedCall {
  /** 1 for the first; requests that are under way together share a step. */
  readonly step: number;
  /** `dynamodb:GetItem`, `lambda:Invoke`, `wechat:jscode2session`, … */
  readonly action: string;
  /** Names of tables, joined by ` + `. */
  readonly reads?: string;
  readonly writes?: string;
  /** Read and write request units, where there are any. */
  readonly rru?: number;
  readonly wru?: number;
}

/** One invocation of one warm function. */
export interface CountedInvocation {
  readonly function: string;
  /** Sequential steps outside the function: what its caller waits for, one after the other. */
  readonly steps: number;
  readonly rru: number;
  readonly wru: number;
  /** What the function logs itself; Lambda adds lines of its own. */
  readonly logLines: number;
  readonly logBytes: number;
  readonly calls: readonly CountedCall[];
}

/** One HTTP request and all that it sets off. */
export interface CountedOperation {
  readonly request: string;
  readonly status: number;
  /** Status line, headers and body, as the laptop sends them. */
  readonly responseBytes: number;
  /** The line in the gateway's access log. */
  readonly accessLogBytes: number;
  readonly invocations: readonly CountedInvocation[];
}

/** What the template has of things that cost by the month. */
export interface DeployedThings {
  readonly secrets: number;
  /** Metrics out of logs, by name; those with a dimension are as many as it has values. */
  readonly customMetrics: { readonly plain: number; readonly dimensioned: number };
  readonly alarms: number;
  readonly dashboards: number;
  readonly logRetentionDays: number;
  readonly architecture: string;
  /** Lambda's own lines for each invocation that succeeds: 2, or none at the system log level WARN. */
  readonly platformLogLines: number;
  /** MB by function. */
  readonly memory: Readonly<Record<string, number>>;
}

/** `docs/scale/units.json`, which test/flow/round-trips.test.ts counts and holds. */
export interface Units {
  readonly operations: Readonly<Record<string, CountedOperation>>;
  /** Requests to Secrets Manager by one instance of the login function, in its life's first login and in later ones. */
  readonly secretReads: { readonly first: number; readonly later: number };
  /** Bytes of the items that one person leaves in the tables. */
  readonly items: {
    readonly identity: number;
    readonly account: number;
    readonly session: number;
    readonly credentials: number;
  };
  readonly deployed: DeployedThings;
}

export const unitsFile = new URL("../../docs/scale/units.json", import.meta.url);

export async function readUnits(): Promise<Units> {
  return JSON.parse(await readFile(unitsFile, "utf8"));
}

/** JSON in the project's format: what fits stands on one line, so that a changed count is a changed line. */
export function unitsText(units: Units): string {
  return `${format(units, "", "")}\n`;
}

const lineWidth = 110;

function format(value: unknown, indent: string, before: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const only = value.length === 1 ? `[${format(value[0], indent, `${before}[`)}]` : "\n";
    if (!only.includes("\n")) return only;
    return `[\n${value.map((one) => inner + format(one, inner, inner)).join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, one]) => {
    const name = `${JSON.stringify(key)}: `;
    return name + format(one, inner, inner + name);
  });
  const line = `{ ${members.join(", ")} }`;
  const fits = !line.includes("\n") && before.length + line.length < lineWidth;
  return fits ? line : `{\n${members.map((member) => inner + member).join(",\n")}\n${indent}}`;
}

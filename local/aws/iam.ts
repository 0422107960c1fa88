import { AwsError } from "./aws-error.ts";
import { isRecord } from "./json.ts";

/** A statement of an identity policy, spelt as in CloudFormation after intrinsics were resolved. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Who calls: the ARN that AWS names in its refusals, and all statements of the identity's policies. */
export interface Principal {
  readonly arn: string;
  readonly policy: readonly PolicyStatement[];
}

export type Decision = "allowed" | "not-allowed" | "denied";

const understood = new Set(["Sid", "Effect", "Action", "Resource"]);

/**
 * Reads a policy document (`{ Version, Statement }`) or a list of statements. Throws for every element that would not be
 * honoured (Condition, NotAction, NotResource, policy variables, unresolved intrinsics): ignoring one would make the
 * laptop allow what AWS refuses, or the other way round.
 */
export function parsePolicy(document: unknown): PolicyStatement[] {
  const statements = isRecord(document) && "Statement" in document ? document.Statement : document;
  return listOf(statements).map(parseStatement);
}

function parseStatement(statement: unknown): PolicyStatement {
  if (!isRecord(statement)) throw new Error(`A policy statement must be an object, not ${show(statement)}.`);
  const { Sid, Effect, Action, Resource } = statement;
  const name =
    typeof Sid === "string" ? `The policy statement ${Sid}` : `The policy statement ${show(statement)}`;
  for (const element of Object.keys(statement)) {
    if (!understood.has(element)) throw new Error(`${name} has a ${element}, which is not evaluated here.`);
  }
  if (Effect !== "Allow" && Effect !== "Deny") throw new Error(`${name} needs an Effect of Allow or Deny.`);
  return {
    ...(typeof Sid === "string" && { Sid }),
    Effect,
    Action: patterns(Action, `${name}: Action`),
    Resource: patterns(Resource, `${name}: Resource`),
  };
}

function patterns(value: unknown, what: string): string[] {
  const list = listOf(value);
  if (list.length === 0) throw new Error(`${what} is empty.`);
  return list.map((pattern) => {
    if (typeof pattern !== "string") throw new Error(`${what} must be text, not ${show(pattern)}.`);
    if (pattern.includes("${"))
      throw new Error(`${what} has a policy variable, which is not evaluated here: ${pattern}`);
    return pattern;
  });
}

/**
 * What identity policies say about one action (`dynamodb:PutItem`, any case) on one resource (an ARN, or `*`). A Deny
 * wins over any Allow; without an Allow the answer is "not-allowed". Resource policies, permission boundaries and
 * service control policies do not exist here.
 */
export function decide(policy: readonly PolicyStatement[], action: string, resource: string): Decision {
  const effects = policy
    .filter(
      ({ Action, Resource }) =>
        listOf(Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
        listOf(Resource).some((pattern) => matches(pattern, resource)),
    )
    .map(({ Effect }) => Effect);
  if (effects.includes("Deny")) return "denied";
  return effects.length > 0 ? "allowed" : "not-allowed";
}

export function isAllowed(policy: readonly PolicyStatement[], action: string, resource: string): boolean {
  return decide(policy, action, resource) === "allowed";
}

/** AWS's words for a refusal. */
export function accessDenied(
  principal: Principal,
  action: string,
  resource: string,
  decision: Decision,
): AwsError {
  const why =
    decision === "denied"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return new AwsError(
    "AccessDeniedException",
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  );
}

const compiled = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    expression = new RegExp(`^${source}$`, "s");
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

import { isRecord } from "./aws/json.ts";

const unexpected = "The template does not have the shape that CDK writes.";

/** What stands in a template is read as what CDK writes there; anything else is thrown. */
export function record(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new Error(unexpected);
  return value;
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(unexpected);
  return value;
}

export function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(unexpected);
  return value;
}

export function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value)).map(([name, inner]) => [name, text(inner)]));
}

/** The function that API Gateway's URI of an integration or of an authorizer invokes. */
export function invokedBy(uri: unknown): string {
  return text(/\/functions\/(.+)\/invocations$/.exec(text(uri))?.[1]);
}

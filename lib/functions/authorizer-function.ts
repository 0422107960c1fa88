import type { Construct } from "constructs";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnTable } from "../grants.ts";
import type { Tables } from "../tables.ts";

/** Reads two tables, and writes none. `numberInContext`: whether it tells business Lambdas phone numbers. */
export function authorizerFunction(
  scope: Construct,
  { bindings, sessions }: Tables,
  numberInContext: boolean,
  props: FunctionProps,
) {
  const authorizer = new BundledFunction(scope, "Authorizer", {
    ...props,
    function: numberInContext ? "phone-authorizer" : "authorizer",
    description: "weapp-login: Lambda authorizer",
    environment: { BINDINGS_TABLE: bindings.tableName, SESSIONS_TABLE: sessions.tableName },
    memorySize: 256,
  });
  allowOnTable(authorizer, bindings, "dynamodb:BatchGetItem");
  allowOnTable(authorizer, sessions, "dynamodb:BatchGetItem");
  return authorizer;
}

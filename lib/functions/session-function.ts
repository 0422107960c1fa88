import type { Construct } from "constructs";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnTable } from "../grants.ts";
import type { Tables } from "../tables.ts";

export function sessionFunction(scope: Construct, { bindings, sessions }: Tables, props: FunctionProps) {
  const session = new BundledFunction(scope, "Session", {
    ...props,
    function: "session",
    description: "weapp-login: what a session's owner may do",
    environment: { BINDINGS_TABLE: bindings.tableName, SESSIONS_TABLE: sessions.tableName },
    memorySize: 256,
  });
  allowOnTable(session, bindings, "dynamodb:GetItem", "dynamodb:UpdateItem");
  allowOnTable(session, sessions, "dynamodb:Query", "dynamodb:DeleteItem");
  return session;
}

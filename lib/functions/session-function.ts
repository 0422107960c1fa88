import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { deadlines } from "../../contract/deadlines.ts";
import { bundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnTable } from "../grants.ts";
import type { Tables } from "../tables.ts";

export function sessionFunction(scope: Construct, { bindings, sessions }: Tables, props: FunctionProps) {
  const session = bundledFunction(scope, "Session", {
    ...props,
    function: "session",
    description: "weapp-login: what a session's owner may do",
    environment: { BINDINGS_TABLE: bindings.tableName, SESSIONS_TABLE: sessions.tableName },
    memorySize: 256,
    timeout: Duration.seconds(deadlines.session.timeoutSeconds),
  });
  allowOnTable(session, bindings, "dynamodb:GetItem", "dynamodb:UpdateItem");
  allowOnTable(session, sessions, "dynamodb:Query", "dynamodb:DeleteItem");
  return session;
}

import { Duration } from "aws-cdk-lib";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { deadlines } from "../../contract/deadlines.ts";
import { bundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnTable } from "../grants.ts";

/** The built-in account verifier. */
export function verifierFunction(scope: Construct, accounts: TableV2, props: FunctionProps) {
  const verifier = bundledFunction(scope, "Verifier", {
    ...props,
    function: "verifier",
    description: "weapp-login: checks username and password",
    environment: { ACCOUNTS_TABLE: accounts.tableName },
    // One vCPU: argon2id is all CPU.
    memorySize: 1_769,
    timeout: Duration.seconds(deadlines.verifier.timeoutSeconds),
  });
  // To replace an imported hash.
  allowOnTable(verifier, accounts, "dynamodb:GetItem", "dynamodb:UpdateItem");
  return verifier;
}

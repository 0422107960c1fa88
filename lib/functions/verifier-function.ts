import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnTable } from "../grants.ts";

/** The built-in account verifier. */
export function verifierFunction(scope: Construct, accounts: TableV2, props: FunctionProps) {
  const verifier = new BundledFunction(scope, "Verifier", {
    ...props,
    function: "verifier",
    description: "weapp-login: checks username and password",
    environment: { ACCOUNTS_TABLE: accounts.tableName },
    // One vCPU: argon2id is all CPU.
    memorySize: 1_769,
  });
  // To replace an imported hash.
  allowOnTable(verifier, accounts, "dynamodb:GetItem", "dynamodb:UpdateItem");
  return verifier;
}

import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnTable } from "../grants.ts";

/** The built-in account verifier. `phone`: whether it knows phone numbers too. */
export function verifierFunction(scope: Construct, accounts: TableV2, phone: boolean, props: FunctionProps) {
  const verifier = new BundledFunction(scope, "Verifier", {
    ...props,
    function: phone ? "phone-verifier" : "verifier",
    description: "weapp-login: checks username and password",
    environment: { ACCOUNTS_TABLE: accounts.tableName },
    // One vCPU: argon2id is all CPU.
    memorySize: 1_769,
  });
  // To replace an imported hash.
  allowOnTable(verifier, accounts, "dynamodb:GetItem", "dynamodb:UpdateItem");
  return verifier;
}

/** Knows phone numbers where nobody knows passwords, and makes a userId for a new one. */
export function numbersFunction(scope: Construct, accounts: TableV2, props: FunctionProps) {
  const numbers = new BundledFunction(scope, "Verifier", {
    ...props,
    function: "phone-verifier",
    description: "weapp-login: knows phone numbers",
    environment: { ACCOUNTS_TABLE: accounts.tableName, PHONE_NUMBERS_ONLY: "true" },
    memorySize: 256,
  });
  allowOnTable(numbers, accounts, "dynamodb:GetItem", "dynamodb:PutItem");
  return numbers;
}

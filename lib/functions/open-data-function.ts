import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnTable } from "../grants.ts";

/** Reads session_keys, which no other function that answers a session's owner may. */
export function openDataFunction(scope: Construct, sessionKeys: TableV2, props: FunctionProps) {
  const openData = new BundledFunction(scope, "OpenData", {
    ...props,
    function: "open-data",
    description: "weapp-login: decrypts and verifies WeChat's open data",
    environment: { SESSION_KEYS_TABLE: sessionKeys.tableName },
    memorySize: 256,
  });
  allowOnTable(openData, sessionKeys, "dynamodb:GetItem");
  return openData;
}

import * as cdk from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Excuses a construct from a rule of cdk-nag, with the reason, for whoever runs the pack over an app with this stack in
 * it. Older versions of aws-cdk-lib know no acknowledgements, nor can the cdk-nag that reads them run with those.
 */
export function acknowledge(construct: Construct, rule: { id: string; reason: string }): void {
  if (!("Validations" in cdk)) return;
  const validations = cdk.Validations.of(construct);
  if ("acknowledge" in validations) validations.acknowledge(rule);
}

import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";

/** These actions on these resources, and nothing else. */
export function allow(to: LambdaFunction, actions: readonly string[], resources: readonly string[]): void {
  to.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
}

/** These actions on the table's items. CDK's own grants for a table say nothing of the key it is encrypted with. */
export function allowOnTable(
  to: LambdaFunction,
  table: TableV2,
  ...actions: readonly `dynamodb:${string}`[]
) {
  table.grant(to, ...actions);
  const writes = actions.some((action) => !/:(BatchGet|Get|Query|Describe)/.test(action));
  allowKey(to, table.encryptionKey, "dynamodb", [
    "kms:Decrypt",
    "kms:DescribeKey",
    ...(writes ? ["kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"] : []),
  ]);
}

/** These actions on the secrets' values. */
export function allowOnSecrets(
  to: LambdaFunction,
  secrets: Iterable<Secret>,
  ...actions: readonly `secretsmanager:${string}`[]
): void {
  const all = [...secrets];
  allow(
    to,
    actions,
    all.map((secret) => secret.secretArn),
  );
  const writes = actions.some((action) => action.includes(":Put"));
  allowKey(to, all[0]?.encryptionKey, "secretsmanager", [
    "kms:Decrypt",
    ...(writes ? ["kms:GenerateDataKey"] : []),
  ]);
}

/** With a key of the owner's: only through the service that holds the data. */
function allowKey(to: LambdaFunction, key: IKey | undefined, service: string, actions: readonly string[]) {
  if (!key) return;
  to.addToRolePolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [key.keyArn],
      // `service.region.amazonaws.com`, and in China's Regions with `.cn`.
      conditions: { StringLike: { "kms:ViaService": `${service}.*.amazonaws.com*` } },
    }),
  );
}

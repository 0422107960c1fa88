import { Stack } from "aws-cdk-lib";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";

/** These actions on these resources, and nothing else. */
export function allow(to: LambdaFunction, actions: readonly string[], resources: readonly string[]): void {
  to.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
}

/**
 * These actions on the table's items. CDK's own grants for single actions say nothing of the key that the table is
 * encrypted with; what DynamoDB does with it on a caller's behalf:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html#dynamodb-kms-authz
 */
export function allowOnTable(
  to: LambdaFunction,
  table: TableV2,
  ...actions: readonly `dynamodb:${string}`[]
): void {
  table.grant(to, ...actions);
  const writes = actions.some((action) => !/:(BatchGet|Get|Query|Describe)/.test(action));
  allowKey(to, table.encryptionKey, "dynamodb", writes ? [...keyReads, ...keyWrites] : keyReads);
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
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-authz
  allowKey(to, all[0]?.encryptionKey, "secretsmanager", [
    "kms:Decrypt",
    ...(writes ? ["kms:GenerateDataKey"] : []),
  ]);
}

const keyReads = ["kms:Decrypt", "kms:DescribeKey"];

/** As AWS lists them, but for CreateGrant: that is for whoever creates the table. */
const keyWrites = [
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** With a key of the owner's: only through the service that holds the data, in the stack's Region. */
function allowKey(to: LambdaFunction, key: IKey | undefined, service: string, actions: readonly string[]) {
  if (!key) return;
  const { region } = Stack.of(to);
  const via = `${service}.${region}.amazonaws.com`;
  to.addToRolePolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [key.keyArn],
      // AWS does not say which of the two suffixes it uses here in China.
      conditions: { StringEquals: { "kms:ViaService": region.startsWith("cn-") ? [via, `${via}.cn`] : via } },
    }),
  );
}

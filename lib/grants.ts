import { Stack } from "aws-cdk-lib";
import type { TableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { BundledFunction } from "./bundled-function.ts";

/** What DynamoDB does with a table's key on a caller's behalf: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html#dynamodb-kms-authz */
export function allowOnTable(
  to: BundledFunction,
  table: TableV2,
  ...actions: readonly `dynamodb:${string}`[]
): void {
  to.allow({ actions, resources: [table.tableArn] });
  // Those that describe a table meet no item.
  const ofItems = actions.filter((action) => !action.includes(":Describe"));
  const writes = ofItems.some((action) => !/:(BatchGet|Get|Query)/.test(action));
  if (ofItems.length > 0) {
    allowKey(to, table.encryptionKey, "dynamodb", writes ? [...keyReads, ...keyWrites] : keyReads);
  }
}

/** These actions on the secrets' values. */
export function allowOnSecrets(
  to: BundledFunction,
  secrets: Iterable<Secret>,
  ...actions: readonly `secretsmanager:${string}`[]
): void {
  const all = [...secrets];
  to.allow({ actions, resources: all.map((secret) => secret.secretArn) });
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
function allowKey(to: BundledFunction, key: IKey | undefined, service: string, actions: readonly string[]) {
  if (!key) return;
  const { region } = Stack.of(to);
  const via = `${service}.${region}.amazonaws.com`;
  to.allow({
    actions,
    resources: [key.keyArn],
    // AWS does not say which of the two suffixes it uses here in China.
    conditions: { StringEquals: { "kms:ViaService": region.startsWith("cn-") ? [via, `${via}.cn`] : via } },
  });
}

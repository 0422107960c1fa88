import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import { isRecord } from "./json.ts";
import { findVersion, notFound, putVersion, type Secret } from "./secret-versions.ts";
import { openSecretsFile } from "./secrets-file.ts";

export interface SecretsManagerOptions {
  /** Kept in `secrets.json` (mode 0600) inside this directory, which is made if need be; in memory if absent. */
  readonly directory?: string;
  /**
   * What the template declares; without a value the secret exists but has nothing to read. A value only initialises a
   * secret that does not exist yet: one that was set later stays.
   */
  readonly secrets: readonly { readonly arn: string; readonly name: string; readonly value?: string }[];
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

export interface SecretsManager {
  /** One API operation (`GetSecretValue`) with its JSON input. Throws AwsError for what AWS would refuse. */
  call(operation: string, input: unknown): Promise<object>;
  /** The ARN of the secret that `secretId` (an ARN with or without its random suffix, or a name) means. */
  arnOf(secretId: string): string | undefined;
  /** Waits for writes under way. */
  close(): Promise<void>;
}

/** Secrets Manager inside this process: GetSecretValue and PutSecretValue. Nothing is encrypted. */
export async function openSecretsManager(options: SecretsManagerOptions): Promise<SecretsManager> {
  const { directory, secrets: declared, clock = Date.now } = options;
  const file = await openSecretsFile(directory);
  const secrets = new Map((await file.read()).map((secret) => [secret.arn, secret]));
  for (const { arn, name, value } of declared) {
    if (secrets.has(arn)) continue;
    const now = clock();
    const empty: Secret = { arn, name, createdAt: now, versions: [] };
    const initial = { SecretString: value, ClientRequestToken: randomUUID() };
    secrets.set(arn, value === undefined ? empty : putVersion(empty, initial, now).secret);
  }
  await file.write([...secrets.values()]);

  const find = (id: unknown) =>
    [...secrets.values()].find(
      ({ arn, name }) => id === arn || id === name || id === arn.replace(/-\w{6}$/, ""),
    );
  const existing = (input: Record<string, unknown>) =>
    find(input.SecretId) ?? notFound("Secrets Manager can't find the specified secret.");

  const operations: Readonly<Record<string, (input: Record<string, unknown>) => Promise<object>>> = {
    async GetSecretValue(input) {
      const secret = existing(input);
      const { VersionStage } = input;
      const { id, createdAt, stages, text } = findVersion(
        secret,
        VersionStage === undefined ? undefined : String(VersionStage),
      );
      return {
        ARN: secret.arn,
        Name: secret.name,
        CreatedDate: createdAt / 1000,
        VersionId: id,
        VersionStages: stages,
        SecretString: text,
      };
    },

    async PutSecretValue(input) {
      const { secret, version } = putVersion(existing(input), input, clock());
      secrets.set(secret.arn, secret);
      await file.write([...secrets.values()]);
      return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
    },
  };

  return {
    async call(operation, input) {
      const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!perform) throw new AwsError("UnknownOperationException", `Not available here: ${operation}`);
      if (!isRecord(input)) throw new AwsError("SerializationException", "The input must be an object");
      return perform(input);
    },
    arnOf: (secretId) => find(secretId)?.arn,
    close: () => file.close(),
  };
}

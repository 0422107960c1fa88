import { randomUUID } from "node:crypto";
import { AwsError } from "./aws-error.ts";

/** One value of a secret; times in milliseconds since 1970. */
export interface SecretVersion {
  readonly id: string;
  readonly createdAt: number;
  /** Staging labels: `AWSCURRENT`, `AWSPREVIOUS` or the owner's own. None: the version is no longer of use. */
  readonly stages: readonly string[];
  readonly text: string;
}

/** `versions` in the order in which they were put. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  readonly versions: readonly SecretVersion[];
}

type Input = Readonly<Record<string, unknown>>;

/** The one with this label, or the current one. Throws ResourceNotFoundException in AWS's words. */
export function findVersion({ versions }: Secret, stage = "AWSCURRENT"): SecretVersion {
  return (
    versions.find(({ stages }) => stages.includes(stage)) ??
    notFound(`Secrets Manager can't find the specified secret value for staging label: ${stage}`)
  );
}

/**
 * The secret with one more version, whose id is the ClientRequestToken. Its labels leave the versions that had them, and
 * what was AWSCURRENT becomes AWSPREVIOUS. The same token with the same value changes nothing; with another value it
 * throws ResourceExistsException.
 */
export function putVersion(
  secret: Secret,
  input: Input,
  now: number,
): { secret: Secret; version: SecretVersion } {
  const { ClientRequestToken: id = randomUUID(), SecretString: text, VersionStages } = input;
  if (typeof id !== "string" || id.length < 32 || id.length > 64) {
    throw new AwsError("InvalidParameterException", "ClientRequestToken must be 32-64 characters long.");
  }
  if (typeof text !== "string") {
    throw new AwsError("InvalidParameterException", "You must provide SecretString.");
  }
  const repeated = secret.versions.find((version) => version.id === id);
  if (repeated) {
    if (repeated.text === text) return { secret, version: repeated };
    throw new AwsError(
      "ResourceExistsException",
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const asked: string[] = Array.isArray(VersionStages) ? VersionStages.map(String) : ["AWSCURRENT"];
  const stages = secret.versions.length === 0 ? [...new Set([...asked, "AWSCURRENT"])] : asked;
  const replaced = stages.includes("AWSCURRENT");
  const versions = secret.versions.map((version) => {
    const wasCurrent = version.stages.includes("AWSCURRENT");
    const kept = version.stages.filter(
      (stage) => !stages.includes(stage) && !(replaced && stage === "AWSPREVIOUS"),
    );
    return { ...version, stages: replaced && wasCurrent ? [...kept, "AWSPREVIOUS"] : kept };
  });
  const version: SecretVersion = { id, createdAt: now, stages, text };
  return { secret: { ...secret, versions: [...versions, version] }, version };
}

export function notFound(message: string): never {
  throw new AwsError("ResourceNotFoundException", message);
}

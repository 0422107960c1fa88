import { failure } from "../simulated-dynamodb.ts";

/** Secrets Manager with one secret per mini-program, named for its AppId. */
export interface Secrets {
  answer(command: string, input: Readonly<Record<string, unknown>>): object;
  valueOf(id: string): string | undefined;
}

export function simulatedSecrets(initial: Readonly<Record<string, string>>): Secrets {
  const versions = new Map(
    Object.entries(initial).map(([id, SecretString]) => [
      id,
      { SecretString, VersionStages: ["AWSCURRENT"] },
    ]),
  );
  const tokens = new Map<string, string>();
  return {
    valueOf: (id) => versions.get(id)?.SecretString,
    answer(command, { SecretId, SecretString, VersionStages, ClientRequestToken }) {
      const id = String(SecretId);
      const version = versions.get(id);
      if (!version) throw failure("ResourceNotFoundException", "no such secret");
      if (command === "GetSecretValueCommand") return version;
      const token = String(ClientRequestToken);
      if (tokens.has(token)) {
        if (tokens.get(token) === SecretString) return {};
        throw failure("ResourceExistsException", "another value has this token");
      }
      tokens.set(token, String(SecretString));
      const stages = Array.isArray(VersionStages) ? VersionStages : ["AWSCURRENT"];
      versions.set(id, { SecretString: String(SecretString), VersionStages: stages });
      return {};
    },
  };
}

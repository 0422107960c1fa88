import { isRecord } from "./json.ts";
import { jsonService } from "./json-service.ts";
import type { SecretsManager } from "./secrets-manager.ts";
import type { Service } from "./service.ts";

/**
 * Secrets Manager's wire protocol, its errors, and which IAM action an operation needs: its own, on the secret's ARN, or
 * on the id as it was given where there is no such secret.
 */
export function secretsManagerService(secretsManager: SecretsManager): Service {
  return jsonService({
    actionPrefix: "secretsmanager",
    target: "secretsmanager",
    jsonVersion: "1.1",
    permissions(operation, input) {
      const id = isRecord(input) && typeof input.SecretId === "string" ? input.SecretId : "*";
      return [{ action: `secretsmanager:${operation}`, resources: [secretsManager.arnOf(id) ?? id] }];
    },
    perform: (operation, input) => secretsManager.call(operation, input),
    errorBody: ({ type, message, fields }) => ({ __type: type, Message: message, ...fields }),
  });
}

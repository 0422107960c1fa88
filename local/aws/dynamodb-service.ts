import type { AwsError } from "./aws-error.ts";
import type { DynamoDb } from "./dynamodb.ts";
import { isRecord } from "./json.ts";
import { jsonService } from "./json-service.ts";
import type { Permission, Service } from "./service.ts";

/** DynamoDB's wire protocol, its errors, and which IAM actions an operation needs on which tables. */
export function dynamoDbService(dynamodb: DynamoDb): Service {
  return jsonService({
    actionPrefix: "dynamodb",
    target: "DynamoDB_20120810",
    jsonVersion: "1.0",
    permissions: (operation, input) => permissions(operation, isRecord(input) ? input : {}, dynamodb.arnOf),
    perform: (operation, input) => dynamodb.call(operation, input),
    errorBody,
  });
}

const transactionalActions: Readonly<Record<string, string>> = {
  Put: "dynamodb:PutItem",
  Update: "dynamodb:UpdateItem",
  Delete: "dynamodb:DeleteItem",
  ConditionCheck: "dynamodb:ConditionCheckItem",
};

/**
 * A batch needs its own action on every table, a transaction the actions that it is made of. A request too malformed to
 * name a table needs nothing, and is refused by the validation that follows.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
function permissions(
  operation: string,
  input: Record<string, unknown>,
  arnOf: (table: string) => string,
): Permission[] {
  const action = `dynamodb:${operation}`;
  if (operation === "BatchGetItem") {
    return [
      { action, resources: Object.keys(isRecord(input.RequestItems) ? input.RequestItems : {}).map(arnOf) },
    ];
  }
  if (operation === "TransactWriteItems") {
    const needed = (Array.isArray(input.TransactItems) ? input.TransactItems : [])
      .flatMap((item: unknown) => (isRecord(item) ? Object.entries(item) : []))
      .flatMap(([kind, request]) => {
        const action = transactionalActions[kind];
        return action && isRecord(request) && typeof request.TableName === "string"
          ? [{ action, resource: arnOf(request.TableName) }]
          : [];
      });
    return [...Map.groupBy(needed, (one) => one.action)].map(([action, uses]) => ({
      action,
      resources: [...new Set(uses.map(({ resource }) => resource))],
    }));
  }
  if (typeof input.TableName !== "string") return [];
  return [{ action, resources: [arnOf(input.TableName)] }];
}

const namespaces: Readonly<Record<string, string>> = {
  AccessDeniedException: "com.amazon.coral.service",
  InvalidSignatureException: "com.amazon.coral.service",
  MissingAuthenticationTokenException: "com.amazon.coral.service",
  SerializationException: "com.amazon.coral.service",
  UnknownOperationException: "com.amazon.coral.service",
  UnrecognizedClientException: "com.amazon.coral.service",
  ThrottlingException: "com.amazon.coral.availability",
  ValidationException: "com.amazon.coral.validate",
};

function errorBody({ type, code, message, fields }: AwsError): object {
  const namespace = namespaces[code] ?? "com.amazonaws.dynamodb.v20120810";
  const capital = code === "AccessDeniedException" || code === "TransactionCanceledException";
  return {
    __type: type.includes("#") ? type : `${namespace}#${type}`,
    [capital ? "Message" : "message"]: message,
    ...fields,
  };
}

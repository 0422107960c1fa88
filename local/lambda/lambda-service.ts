import type { FunctionDescription } from "../assembly.ts";
import { AwsError } from "../aws/aws-error.ts";
import type { AwsCall, AwsRequest, AwsResponse, Service } from "../aws/service.ts";
import type { Functions } from "./functions.ts";

const operations = /^\/2015-03-31\/functions\/([^/?]+)\/(invocations|configuration|policy)$/;

const forbidden = new Set([
  "AccessDeniedException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException",
]);

/**
 * Lambda's Invoke (RequestResponse), for the functions that invoke others, and GetFunctionConfiguration and GetPolicy,
 * for the one that looks at others, on its REST protocol.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function lambdaService(functions: Functions): Service {
  async function invoke(fn: FunctionDescription, payload: string): Promise<AwsResponse> {
    const result = await functions.invoke(fn.arn, payload);
    return {
      status: 200,
      headers: {
        "content-type": "application/json",
        "x-amz-executed-version": "$LATEST",
        ...(result.functionError && { "x-amz-function-error": result.functionError }),
      },
      body: result.payload,
    };
  }

  return {
    owns: ({ path }) => path.startsWith("/2015-03-31/functions/"),

    read({ method, path, body }: AwsRequest): AwsCall {
      const [, name = "", operation] = operations.exec(path) ?? [];
      if (method !== (operation === "invocations" ? "POST" : "GET") || operation === undefined) {
        throw new AwsError(
          "UnknownOperationException",
          "Only Invoke, GetFunctionConfiguration and GetPolicy are known here.",
          {},
          404,
        );
      }
      const found = functions.find(decodeURIComponent(name));
      if (!found) throw notFound(`Function not found: ${name}`);
      const resources = [found.arn];
      if (operation === "invocations") {
        const payload = body.toString("utf8");
        return {
          action: "lambda:Invoke",
          input: payload,
          permissions: [{ action: "lambda:InvokeFunction", resources }],
          perform: () => invoke(found, payload),
        };
      }
      const action = operation === "policy" ? "lambda:GetPolicy" : "lambda:GetFunctionConfiguration";
      return {
        action,
        input: { FunctionName: found.name },
        permissions: [{ action, resources }],
        perform: async () => json(operation === "policy" ? policyOf(found) : configurationOf(found)),
      };
    },

    errorResponse(error: AwsError): AwsResponse {
      return {
        status: forbidden.has(error.type) ? 403 : error.status,
        headers: { "content-type": "application/json", "x-amzn-errortype": error.type },
        body: JSON.stringify({ Message: error.message }),
      };
    },
  };
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, {}, 404);
}

function json(body: object): AwsResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function configurationOf({ name, arn, timeoutSeconds, memorySize }: FunctionDescription) {
  return {
    FunctionName: name,
    FunctionArn: arn,
    Timeout: timeoutSeconds,
    MemorySize: memorySize,
    State: "Active",
  };
}

/** Throws what Lambda answers for a function without a policy. */
function policyOf({ arn, invokableByGateway }: FunctionDescription) {
  if (!invokableByGateway) throw notFound("The resource you requested does not exist.");
  const statement = {
    Effect: "Allow",
    Principal: { Service: "apigateway.amazonaws.com" },
    Action: "lambda:InvokeFunction",
    Resource: arn,
  };
  return { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) };
}

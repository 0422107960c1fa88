import { AwsError } from "../aws/aws-error.ts";
import type { AwsCall, AwsRequest, AwsResponse, Service } from "../aws/service.ts";
import type { Functions } from "./functions.ts";

const invocations = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

const forbidden = new Set([
  "AccessDeniedException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException",
]);

/**
 * Lambda's Invoke (RequestResponse) on its REST protocol, for the functions that invoke others.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function invokeService(functions: Functions): Service {
  return {
    owns: ({ path }) => path.startsWith("/2015-03-31/functions/"),

    read(request: AwsRequest): AwsCall {
      const name = invocations.exec(request.path)?.[1];
      if (name === undefined || request.method !== "POST") {
        throw new AwsError("UnknownOperationException", "Only Invoke is known here.", {}, 404);
      }
      const found = functions.find(decodeURIComponent(name));
      if (!found) {
        throw new AwsError("ResourceNotFoundException", `Function not found: ${name}`, {}, 404);
      }
      const payload = request.body.toString("utf8");
      return {
        action: "lambda:Invoke",
        input: payload,
        permissions: [{ action: "lambda:InvokeFunction", resources: [found.arn] }],
        async perform() {
          const result = await functions.invoke(found.arn, payload);
          return {
            status: 200,
            headers: {
              "content-type": "application/json",
              "x-amz-executed-version": "$LATEST",
              ...(result.functionError && { "x-amz-function-error": result.functionError }),
            },
            body: result.payload,
          };
        },
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

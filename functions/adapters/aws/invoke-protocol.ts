import type { Service } from "./service.ts";

/** Lambda, for its one operation used here. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const lambda: Service = {
  host: "lambda",
  id: "LAMBDA",
  write(operation, input) {
    const { FunctionName, Payload }: { FunctionName?: unknown; Payload?: unknown } = input;
    if (operation !== "Invoke" || typeof FunctionName !== "string" || typeof Payload !== "string") {
      throw new Error(`${operation} of Lambda is not known here, or not with this input.`);
    }
    return {
      path: `/2015-03-31/functions/${encodeURIComponent(FunctionName)}/invocations`,
      headers: { "content-type": "application/octet-stream" },
      body: Payload,
    };
  },
  read: ({ statusCode, headers, body }) => ({
    StatusCode: statusCode,
    FunctionError: headers["x-amz-function-error"],
    Payload: body,
  }),
};

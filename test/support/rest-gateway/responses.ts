import { isRecord } from "../../../local/aws/json.ts";

export interface RestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

function gatewayResponse(status: number, errorType: string, body: unknown): RestResponse {
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-errortype": errorType },
    body: JSON.stringify(body),
  };
}

const notAuthorized = "User is not authorized to access this resource";

/**
 * What a REST API says itself, letter by letter.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const gatewayResponses = {
  noSuchStage: gatewayResponse(403, "ForbiddenException", { message: "Forbidden" }),
  noSuchMethod: gatewayResponse(403, "MissingAuthenticationTokenException", {
    message: "Missing Authentication Token",
  }),
  tooLarge: gatewayResponse(413, "RequestTooLargeException", { message: "Request Too Long" }),
  unauthorized: gatewayResponse(401, "UnauthorizedException", { message: "Unauthorized" }),
  denied: gatewayResponse(403, "AccessDeniedException", {
    Message: `${notAuthorized} with an explicit deny in an identity-based policy`,
  }),
  "not-allowed": gatewayResponse(403, "AccessDeniedException", { Message: notAuthorized }),
  brokenAuthorizer: gatewayResponse(500, "AuthorizerConfigurationException", { message: null }),
  notInvokable: gatewayResponse(500, "InternalServerErrorException", { message: "Internal server error" }),
  brokenFunction: gatewayResponse(502, "InternalServerErrorException", { message: "Internal server error" }),
};

const known = new Set(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]);

/**
 * A function's result as a REST API reads it, which is stricter than an HTTP API: a status, and nothing unknown. Bytes
 * come out of base64 only where the API has binary media types.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
export function readRestResult(payload: string, binary: boolean): RestResponse {
  const result: unknown = JSON.parse(payload);
  if (!isRecord(result) || Object.keys(result).some((name) => !known.has(name)))
    return gatewayResponses.brokenFunction;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = result;
  const status = Number(statusCode);
  if (
    !Number.isInteger(status) ||
    status < 100 ||
    status > 599 ||
    !isRecord(headers ?? {}) ||
    !isRecord(multiValueHeaders ?? {}) ||
    typeof (body ?? "") !== "string"
  ) {
    return gatewayResponses.brokenFunction;
  }
  const text = String(body ?? "");
  return {
    status,
    headers: {
      "content-type": "application/json",
      ...named(headers, String),
      ...named(multiValueHeaders, (value) => [value].flat().map(String)),
    },
    body: binary && isBase64Encoded === true ? Buffer.from(text, "base64") : text,
  };
}

function named<T>(headers: unknown, read: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(Object(headers ?? {})).map(([name, value]) => [name.toLowerCase(), read(value)]),
  );
}

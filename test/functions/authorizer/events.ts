import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { noon } from "../../support/fakes.ts";

/** Of an HTTP API, payload format 2.0. */
export function httpApiEvent(
  headers: Record<string, string> | undefined,
  more: Partial<APIGatewayRequestAuthorizerEventV2> = {},
): APIGatewayRequestAuthorizerEventV2 {
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: "arn:of:the:route",
    identitySource: [headers?.authorization ?? ""],
    routeKey: "GET /hello",
    rawPath: "/hello",
    rawQueryString: "",
    cookies: [],
    ...(headers && { headers }),
    requestContext: {
      accountId: "123456789012",
      apiId: "api",
      domainName: "api.example.com",
      domainPrefix: "api",
      http: {
        method: "GET",
        path: "/hello",
        protocol: "HTTP/1.1",
        sourceIp: "203.0.113.7",
        userAgent: "a phone",
      },
      requestId: "request-1",
      routeKey: "GET /hello",
      stage: "$default",
      time: "15/Jan/2025:12:00:00 +0000",
      timeEpoch: noon,
    },
    ...more,
  };
}

export const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:abcdef123/prod/GET/orders";

export type Headers = Pick<APIGatewayRequestAuthorizerEvent, "headers" | "multiValueHeaders">;

/** Of a REST API. */
export function restApiEvent(
  headers: Partial<Headers>,
  more: Partial<APIGatewayRequestAuthorizerEvent> = {},
): APIGatewayRequestAuthorizerEvent {
  return {
    type: "REQUEST",
    methodArn,
    resource: "/orders",
    path: "/orders",
    httpMethod: "GET",
    headers: null,
    multiValueHeaders: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: "123456789012",
      apiId: "abcdef123",
      authorizer: undefined,
      httpMethod: "GET",
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: "203.0.113.7",
        user: null,
        userAgent: "a phone",
        userArn: null,
      },
      path: "/prod/orders",
      protocol: "HTTP/1.1",
      requestId: "request-1",
      requestTimeEpoch: noon,
      resourceId: "resource",
      resourcePath: "/orders",
      stage: "prod",
    },
    ...headers,
    ...more,
  };
}

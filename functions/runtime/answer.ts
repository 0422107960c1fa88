import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export function json(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify(body),
  };
}

export function noContent(): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 204, headers: { "cache-control": "no-store" } };
}

/** The session has ended since the authorizer let it in: answered as the gateway answers a refused session. */
export function noLongerValid(): APIGatewayProxyStructuredResultV2 {
  return json(403, { message: "Forbidden" });
}

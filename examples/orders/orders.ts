import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import { sessionOf } from "weapp-login/session-of";

/** Runs behind the authorizer only, so there is a session: of an HTTP API or of a REST API, which `sessionOf` knows. */
export async function handler(event: APIGatewayProxyEventV2 | APIGatewayProxyEvent) {
  const { userId } = sessionOf(event);
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId, orders: [] }),
  };
}

import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { sessionOf } from "../../contract/session-of.ts";
import { json } from "../runtime/answer.ts";

/** A protected Lambda of your own looks like this: by the time it runs, the authorizer has checked the session. */
export async function handler(event: APIGatewayProxyEventV2) {
  const { userId } = sessionOf(event);
  console.log({ event: "hello", requestId: event.requestContext.requestId, userId });
  return json(200, { message: `Hello, ${userId}`, userId });
}

import type { APIGatewayProxyEvent, APIGatewayProxyEventV2WithLambdaAuthorizer } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { restSessionEvent, type SessionEventOptions, sessionEvent } from "../../contract/session-event.ts";
import { type AuthorizerContext, sessionOf } from "../../contract/session-of.ts";

describe.each([
  ["an HTTP API's event", sessionEvent],
  ["a REST API's event", restSessionEvent],
])("%s for tests", (_what, event: (options?: SessionEventOptions) => { requestContext: object }) => {
  test("has somebody's session in it", () => {
    const session = sessionOf(event());
    expect(session.userId).toBe("u_test");
    expect(Date.parse(session.expiresAt)).toBeGreaterThan(Date.parse(session.createdAt));
  });

  test("has the session of whoever is named", () => {
    const who = { userId: "u_lisi", appId: "wx00000000000000a1", openid: "oLisi", unionid: "uLisi" };
    expect(sessionOf(event(who))).toMatchObject(who);
  });

  test("carries what is sent", () => {
    const sent = { method: "POST", path: "/orders", query: { page: "2" }, body: { sku: "tea" } };
    expect(event(sent)).toMatchObject({
      headers: { "content-type": "application/json" },
      queryStringParameters: { page: "2" },
      body: '{"sku":"tea"}',
    });
    expect(event({ ...sent, body: "tea" })).toMatchObject({ headers: {}, body: "tea" });
  });
});

test("handlers with the types of @types/aws-lambda take them", () => {
  type Http = Omit<APIGatewayProxyEventV2WithLambdaAuthorizer<AuthorizerContext>, "requestContext">;
  const http: Http = sessionEvent({ path: "/orders" });
  const rest: Omit<APIGatewayProxyEvent, "requestContext"> = restSessionEvent({ path: "/orders" });
  expect([http.rawPath, rest.path]).toEqual(["/orders", "/orders"]);
});

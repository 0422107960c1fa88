import { describe, expect, test } from "vitest";
import { sessionOf } from "../../contract/session-of.ts";
import { apiEvent } from "../support/api-event.ts";

const context = {
  userId: "user-1",
  appId: "wx00000000000000a1",
  openid: "oAlice",
  unionid: "uAlice",
  sessionHandle: "a handle",
  createdAt: "2025-01-15T12:00:00.000Z",
  expiresAt: "2025-01-16T12:00:00.000Z",
};

function eventWith(lambda: unknown, headers: Record<string, string> = {}) {
  const event = apiEvent({ method: "GET", path: "/hello", headers });
  return { ...event, requestContext: { ...event.requestContext, authorizer: { lambda } } };
}

describe("the session of an event", () => {
  test("is what the authorizer said", () => {
    expect(sessionOf(eventWith(context))).toEqual(context);
  });

  test("has the phone number where the authorizer tells it", () => {
    const phoneNumber = "+8613800138000";
    expect(sessionOf(eventWith({ ...context, phoneNumber }))).toStrictEqual({ ...context, phoneNumber });
    expect(sessionOf(eventWith({ ...context, phoneNumber: 13_800_138_000 }))).toStrictEqual(context);
  });

  test("is without a unionid where WeChat has sent none", () => {
    const { unionid: _, ...without } = context;
    expect(sessionOf(eventWith(without))).toStrictEqual(without);
    expect(sessionOf(eventWith({ ...context, unionid: null }))).toStrictEqual(without);
  });

  test("holds nothing that the authorizer does not tell", () => {
    expect(sessionOf(eventWith({ ...context, sessionId: "A".repeat(64), isAdmin: "true" }))).toEqual(context);
  });

  test("is the authorizer's, whatever headers, query and body claim", () => {
    const lookAlikes = {
      "x-user-id": "user-2",
      userid: "user-2",
      "x-openid": "oBob",
      "x-wx-openid": "oBob",
      "x-amzn-request-context": JSON.stringify({ authorizer: { lambda: { ...context, userId: "user-2" } } }),
      authorizer: JSON.stringify({ lambda: { userId: "user-2" } }),
    };
    const event = {
      ...eventWith(context, lookAlikes),
      queryStringParameters: { userId: "user-2", openid: "oBob" },
      body: JSON.stringify({ requestContext: { authorizer: { lambda: { ...context, userId: "user-2" } } } }),
      authorizer: { lambda: { ...context, userId: "user-2" } },
    };
    expect(sessionOf(event)).toEqual(context);
  });
});

/** The event of a REST API, or of an integration with payload format 1.0: the context stands beside what the gateway adds. */
function restEventWith(authorizer: unknown, headers: Record<string, string> = {}) {
  return {
    resource: "/hello",
    path: "/hello",
    httpMethod: "GET",
    headers,
    multiValueHeaders: {},
    requestContext: { resourcePath: "/hello", stage: "prod", requestId: "request-1", authorizer },
  };
}

describe("the session of a REST API's event", () => {
  test("is what the authorizer said", () => {
    const authorizer = { ...context, principalId: "user-1", integrationLatency: 12 };
    expect(sessionOf(restEventWith(authorizer))).toStrictEqual(context);
  });

  test("is the authorizer's, whatever the headers claim", () => {
    const headers = {
      userId: "user-2",
      "x-openid": "oBob",
      authorizer: JSON.stringify({ userId: "user-2" }),
    };
    expect(sessionOf(restEventWith(context, headers))).toEqual(context);
    expect(() => sessionOf(restEventWith(undefined, { ...context, ...headers }))).toThrow("No session");
  });

  test.each(["userId", "appId", "openid", "sessionHandle", "createdAt", "expiresAt"])(
    "is thrown out with %s missing or of another type",
    (name) => {
      for (const value of [undefined, null, 1, true, ["user-1"], {}]) {
        expect(() => sessionOf(restEventWith({ ...context, [name]: value }))).toThrow("No session");
      }
    },
  );
});

describe("an event that has not passed the authorizer is thrown out", () => {
  test("although headers, query and body look like a session", () => {
    const event = {
      ...apiEvent({
        method: "GET",
        path: "/hello",
        headers: { ...context, authorization: `Bearer ${"A".repeat(64)}` },
        query: context,
        body: JSON.stringify(context),
      }),
      authorizer: { lambda: context },
    };
    expect(() => sessionOf(event)).toThrow("put the route behind the weapp-login authorizer");
  });

  test.each([
    ["no authorizer", {}],
    ["null for one", { authorizer: null }],
    ["another authorizer, over JWTs", { authorizer: { jwt: { claims: context, scopes: null } } }],
    ["IAM", { authorizer: { iam: context } }],
    ["the same in payload format 1.0", { authorizer: { claims: context, scopes: null } }],
    ["Cognito", { authorizer: { claims: context } }],
    ["a text for an authorizer", { authorizer: "user-1" }],
    ["an authorizer that told nothing, beside look-alikes", { authorizer: { lambda: null, ...context } }],
    ["an authorizer that told nothing", { authorizer: { lambda: null } }],
    ["an authorizer that told a string", { authorizer: { lambda: "user-1" } }],
    ["a context that is no one's", { authorizer: { lambda: {} } }],
  ])("%s", (_what, requestContext) => {
    expect(() => sessionOf({ requestContext })).toThrow("No session in this event");
  });

  test.each([undefined, null, "event", 7, [], {}, { requestContext: null }, { requestContext: "none" }])(
    "what is no event of an API: %j",
    (event) => {
      const call = () => Reflect.apply(sessionOf, undefined, [event]);
      expect(call).toThrow("pass the event as Lambda gave it");
      expect(call).not.toThrow(TypeError);
    },
  );

  test("and what its context lacks is named", () => {
    const { openid: _, expiresAt: __, ...rest } = context;
    expect(() => sessionOf(eventWith(rest))).toThrow(/Its context lacks openid, expiresAt\.$/);
    expect(() => sessionOf(eventWith({}))).not.toThrow("lacks");
  });

  test.each(["userId", "appId", "openid", "sessionHandle", "createdAt", "expiresAt"])(
    "%s missing or of another type",
    (name) => {
      for (const value of [undefined, null, 1, true, ["user-1"], {}]) {
        expect(() => sessionOf(eventWith({ ...context, [name]: value }))).toThrow("No session in this event");
      }
    },
  );
});

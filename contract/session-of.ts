import { contextOf } from "./authorizer-context.ts";

/** What the authorizer tells a protected Lambda. */
export interface AuthorizerContext {
  readonly userId: string;
  readonly appId: string;
  readonly openid: string;
  readonly unionid?: string;
  /** That WeChat has told, in E.164; only with `phone: { keepNumber: true, numberInContext: true }`, once it is known. */
  readonly phoneNumber?: string;
  /** Names the session; useless as a credential. */
  readonly sessionHandle: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

const required = ["userId", "appId", "openid", "sessionHandle", "createdAt", "expiresAt"] as const;

/**
 * Who calls, from the event of a Lambda behind the authorizer: `event.requestContext.authorizer.lambda` of an HTTP API,
 * `event.requestContext.authorizer` of a REST API or of an integration with payload format 1.0. Headers are never looked
 * at: anybody can send those. Throws when the route is not behind the authorizer, and names what the context lacks.
 */
export function sessionOf(event: { readonly requestContext: object }): AuthorizerContext {
  const context = contextOf(event);
  const missing = required.filter((name) => typeof context[name] !== "string");
  if (missing.length > 0) {
    const lacks = missing.length < required.length ? ` Its context lacks ${missing.join(", ")}.` : "";
    throw new Error(
      `No session in this event: put the route behind the weapp-login authorizer, and pass the event as Lambda gave it.${lacks}`,
    );
  }
  const text = (name: (typeof required)[number]) => String(context[name]);
  const { unionid, phoneNumber } = context;
  return {
    userId: text("userId"),
    appId: text("appId"),
    openid: text("openid"),
    ...(typeof unionid === "string" && { unionid }),
    ...(typeof phoneNumber === "string" && { phoneNumber }),
    sessionHandle: text("sessionHandle"),
    createdAt: text("createdAt"),
    expiresAt: text("expiresAt"),
  };
}

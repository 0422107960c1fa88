import { createSecretKey } from "node:crypto";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import jwt from "jsonwebtoken";

/** The same JWT, verified with jsonwebtoken; with a string as the key, as in its documentation, or with a KeyObject. */
const secret = process.env.JWT_SECRET ?? "";
const key = process.env.JWT_KEY === "KeyObject" ? createSecretKey(Buffer.from(secret)) : secret;

export async function handler(event: APIGatewayRequestAuthorizerEventV2) {
  const token = (event.headers?.authorization ?? "").slice("Bearer ".length);
  const payload = jwt.verify(token, key, { algorithms: ["HS256"] });
  if (typeof payload === "string") return { isAuthorized: false };
  return {
    isAuthorized: true,
    context: { userId: payload.sub, appId: payload.appId, openid: payload.openid },
  };
}

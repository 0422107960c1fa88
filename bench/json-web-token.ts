import { createHmac } from "node:crypto";

/** A JWT, HS256, as jose and jsonwebtoken verify it; `claims` with what an authorizer would pass on. */
export function jsonWebToken(claims: object, secret: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

import { createHmac } from "node:crypto";
import { sample } from "../local/sample.ts";
import type { Harness } from "./harness.ts";
import type { findRedis } from "./redis.ts";
import { type WarmCall, warmCalls } from "./warm-calls.ts";

/** One warm call of the authorizer, and of what else could stand in its place. */
export async function warmAuthorizer(
  harness: Harness,
  redis: Awaited<ReturnType<typeof findRedis>>,
): Promise<WarmCall[]> {
  const { environment, event } = harness.deployed("authorizer");
  const secret = "a secret of the bench, 32 bytes.";
  const token = jsonWebToken({ sub: sample.userId, appId: sample.appId, iat: 1, exp: 4_000_000_000 }, secret);
  const withToken = {
    environment: { ...environment, JWT_SECRET: secret },
    event: event.replaceAll(/Bearer [\w-]+/g, `Bearer ${token}`),
  };
  const withKeyObject = { ...withToken, environment: { ...withToken.environment, JWT_KEY: "KeyObject" } };
  const subjects = [
    harness.deployed("authorizer"),
    await harness.rival("usual-authorizer", "authorizer"),
    await harness.rival("tuned-authorizer", "authorizer"),
    await harness.rival("unsigned", "authorizer"),
    await harness.rival("jose", "authorizer", withToken),
    await harness.rival("jsonwebtoken", "authorizer", withToken),
    await harness.rival("jsonwebtoken", "authorizer", { ...withKeyObject, label: "jsonwebtoken, KeyObject" }),
  ];
  if ("url" in redis) {
    const environment = { REDIS_URL: redis.url, NODE_ENV: "production" };
    subjects.push(await harness.rival("express-session", "authorizer", { environment }));
  }
  const work = harness.quick ? { calls: 100, warmUp: 300 } : { calls: 200, warmUp: 1_000 };
  return warmCalls("warm authorizer", harness, subjects, work);
}

/** One warm silent login, WeChat's call included. */
export async function warmLogin(harness: Harness): Promise<WarmCall[]> {
  const subjects = [harness.deployed("login"), await harness.rival("usual-login", "login")];
  const work = harness.quick ? { calls: 50, warmUp: 150 } : { calls: 100, warmUp: 500 };
  return warmCalls("warm login", harness, subjects, work);
}

/** A JWT, HS256, as jose and jsonwebtoken verify it; `claims` with what an authorizer would pass on. */
function jsonWebToken(claims: object, secret: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

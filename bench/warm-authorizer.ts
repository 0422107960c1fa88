import { sample } from "../local/sample.ts";
import { jsonWebToken } from "./json-web-token.ts";
import type { Lab } from "./lab.ts";
import type { findRedis } from "./redis.ts";
import { type WarmCall, warmCalls } from "./warm-calls.ts";

/** One warm call of the authorizer, and of what else could stand in its place. */
export async function warmAuthorizer(
  lab: Lab,
  redis: Awaited<ReturnType<typeof findRedis>>,
): Promise<WarmCall[]> {
  const { environment, event } = lab.deployed("authorizer");
  const secret = "a secret of the bench, 32 bytes.";
  const token = jsonWebToken({ sub: sample.userId, appId: sample.appId, iat: 1, exp: 4_000_000_000 }, secret);
  const withToken = {
    environment: { ...environment, JWT_SECRET: secret },
    event: event.replaceAll(/Bearer [\w-]+/g, `Bearer ${token}`),
  };
  const withKeyObject = { ...withToken, environment: { ...withToken.environment, JWT_KEY: "KeyObject" } };
  const subjects = [
    lab.deployed("authorizer"),
    await lab.rival("usual-authorizer", "authorizer"),
    await lab.rival("tuned-authorizer", "authorizer"),
    await lab.rival("unsigned", "authorizer"),
    await lab.rival("jose", "authorizer", withToken),
    await lab.rival("jsonwebtoken", "authorizer", withToken),
    await lab.rival("jsonwebtoken", "authorizer", { ...withKeyObject, label: "jsonwebtoken, KeyObject" }),
  ];
  if ("url" in redis) {
    const environment = { REDIS_URL: redis.url, NODE_ENV: "production" };
    subjects.push(await lab.rival("express-session", "authorizer", { environment }));
  }
  const work = lab.quick ? { calls: 100, warmUp: 300 } : { calls: 200, warmUp: 1_000 };
  return warmCalls("warm authorizer", lab, subjects, work);
}

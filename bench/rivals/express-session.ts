import { createHmac } from "node:crypto";
import { RedisStore } from "connect-redis";
import session from "express-session";
import { createClient } from "redis";

/** Sessions on a server of one's own: express-session over Redis, from the cookie to `req.session`. */
const secret = "a secret of the bench";
const sessionId = "bench-4l5MNOPQ6r7STUVW0e1ABCDE2f";
const client = createClient({ url: process.env.REDIS_URL ?? "" });
await client.connect();
const store = new RedisStore({ client, prefix: "weapp-login-bench:" });
const oneDay = 86_400_000;
await new Promise<void>((resolve, reject) => {
  const stored = {
    cookie: { originalMaxAge: oneDay, expires: new Date(Date.now() + oneDay) },
    userId: "u_zhangsan",
  };
  store.set(sessionId, stored, (error) => (error ? reject(error) : resolve()));
});
const load = session({ store, secret, resave: false, saveUninitialized: false });
const signature = createHmac("sha256", secret).update(sessionId).digest("base64").replace(/=+$/, "");
const cookie = `connect.sid=${encodeURIComponent(`s:${sessionId}.${signature}`)}`;

interface Request {
  readonly method: string;
  readonly url: string;
  readonly originalUrl: string;
  readonly headers: { readonly cookie: string };
  /** Put here by the middleware. */
  session?: { readonly userId?: unknown };
}

export async function handler() {
  const request: Request = { method: "GET", url: "/hello", originalUrl: "/hello", headers: { cookie } };
  const response = { writeHead() {}, end() {}, setHeader() {}, getHeader() {} };
  await new Promise<void>((resolve, reject) => {
    load(request, response, (error) => (error ? reject(error) : resolve()));
  });
  return { isAuthorized: request.session?.userId === "u_zhangsan" };
}

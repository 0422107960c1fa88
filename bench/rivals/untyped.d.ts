/*
 * What the bench uses of packages that bring no types along, or are not installed: see redis.ts for why.
 */
declare module "jsonwebtoken" {
  import type { KeyObject } from "node:crypto";

  const jwt: {
    verify(
      token: string,
      key: KeyObject | string,
      options: { algorithms: string[] },
    ): string | Record<string, unknown>;
  };
  export default jwt;
}

declare module "redis" {
  export function createClient(options: { url: string }): { connect(): Promise<unknown> };
}

declare module "connect-redis" {
  export class RedisStore {
    constructor(options: { client: unknown; prefix: string });
    set(id: string, session: object, done: (error?: unknown) => void): void;
  }
}

declare module "express-session" {
  export default function session(options: {
    store: object;
    secret: string;
    resave: boolean;
    saveUninitialized: boolean;
  }): (request: object, response: object, next: (error?: unknown) => void) => void;
}

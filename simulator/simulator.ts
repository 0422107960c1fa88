import { randomBytes } from "node:crypto";
import { checksession } from "./checksession.ts";
import { controlHandler } from "./control-http.ts";
import { type Controls, createControls } from "./controls.ts";
import { getuserphonenumber } from "./getuserphonenumber.ts";
import { jscode2session } from "./jscode2session.ts";
import type { LoggedRequest } from "./request-log.ts";
import { resetusersessionkey } from "./resetusersessionkey.ts";
import { serve } from "./server.ts";
import { stableToken } from "./stable-token.ts";
import { Troubles } from "./trouble.ts";
import { wechatHandler } from "./wechat-http.ts";
import { type AppConfig, World } from "./world.ts";

/**
 * - `apps`: at least one; the first is the default of the controls.
 * - `port`: 0 (the default) is the system's choice. `host`: 127.0.0.1 by default.
 * - `clock`: milliseconds since 1970. It decides when codes and access_tokens expire; latency and drips take real time.
 * - `random`: that many bytes, for codes, tokens, session keys, initialization vectors and rids.
 * - `keepAliveTimeout`: milliseconds after which an idle connection is ended; 0 for never, 5000 by default.
 * - `exchangesPerMinute`: per user, app and call (logins, phone numbers, resets of the session_key), 45011 beyond it;
 *   0 switches it off, 100 (WeChat's own for logins) by default.
 */
export type WechatSimulatorOptions = {
  apps: readonly AppConfig[];
  port?: number | undefined;
  host?: string | undefined;
  clock?: (() => number) | undefined;
  random?: ((size: number) => Buffer) | undefined;
  keepAliveTimeout?: number | undefined;
  exchangesPerMinute?: number | undefined;
};

/** A running simulator: the controls, and `url` without a slash at its end, to be used in place of WeChat's host. */
export type WechatSimulator = Controls & {
  url: string;
  port: number;
  /** WeChat's calls that it answers, as `GET /path`. */
  calls: readonly string[];
  /** TCP connections open now. */
  openConnections(): number;
  /** Ends every connection at once. */
  close(): Promise<void>;
};

/**
 * Starts a stand-in for api.weixin.qq.com, with its controls under `/_sim/`. It prints nothing. Rejects with node's
 * error if it cannot listen, and with an Error for an empty or contradictory list of apps.
 */
export async function startWechatSimulator(options: WechatSimulatorOptions): Promise<WechatSimulator> {
  const { apps, host = "127.0.0.1", port = 0, clock = Date.now, random = randomBytes } = options;
  const world = new World({ apps, clock, random, exchangesPerMinute: options.exchangesPerMinute ?? 100 });
  const login = jscode2session(world);
  const calls = [
    login,
    stableToken(world),
    checksession(world),
    resetusersessionkey(world),
    getuserphonenumber(world),
  ];
  const offer = { appids: world.appids, calls: calls.map(({ method, path }) => `${method} ${path}`) };
  const troubles = new Troubles(
    calls.map(({ path }) => path),
    login.path,
  );
  const requests: LoggedRequest[] = [];
  const connections: number[] = [];
  const controls = createControls({ world, troubles, requests, connections });

  const wechat = wechatHandler({ calls, world, troubles, log: requests });
  const control = controlHandler(controls, offer);
  const server = await serve({ wechat, control }, connections, {
    host,
    port,
    keepAliveTimeout: options.keepAliveTimeout,
  });
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;
  // Assigned, not spread: a spread would freeze `exchanges` and `troubles` at their present values.
  return Object.assign(controls, {
    url,
    port: server.port,
    calls: offer.calls,
    openConnections: server.openConnections,
    close: server.close,
  });
}

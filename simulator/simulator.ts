import { randomBytes } from "node:crypto";
import { checksession } from "./calls/checksession.ts";
import { getuserphonenumber } from "./calls/getuserphonenumber.ts";
import { getuserriskrank } from "./calls/getuserriskrank.ts";
import { jscode2session } from "./calls/jscode2session.ts";
import { messageSubscribeSend } from "./calls/message-subscribe-send.ts";
import { resetusersessionkey } from "./calls/resetusersessionkey.ts";
import { stableToken } from "./calls/stable-token.ts";
import { type Controls, createControls } from "./controls.ts";
import { controlHandler } from "./http/control-handler.ts";
import { controlRoutes } from "./http/control-routes.ts";
import { serve } from "./http/server.ts";
import { weChatHandler } from "./http/wechat-handler.ts";
import { type LoggedRequest, remember } from "./request-log.ts";
import type { AppConfig } from "./state/apps.ts";
import { State } from "./state/state.ts";
import { Troubles } from "./trouble.ts";

export interface WeChatSimulatorOptions {
  /** At least one; the first is the default of the controls. */
  readonly apps: readonly AppConfig[];
  /** 0 (the default) is the system's choice. */
  readonly port?: number | undefined;
  /** 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** Milliseconds since 1970. It decides when codes and access_tokens expire; latency and drips take real time. */
  readonly clock?: (() => number) | undefined;
  /** That many bytes, for codes, tokens, session keys, initialization vectors and rids. */
  readonly random?: ((size: number) => Buffer) | undefined;
  /** Milliseconds after which an idle connection is ended; 0 for never, 5000 by default. */
  readonly keepAliveTimeout?: number | undefined;
  /**
   * For each user, app and call (logins, phone numbers, resets of the session_key), 45011 beyond it; 0 is no limit, 100
   * (WeChat's own for logins) the default.
   */
  readonly exchangesPerMinute?: number | undefined;
  /** Told of each call as it is logged. Its `advice`, if any, is for the developer's eyes. */
  readonly onRequest?: ((request: LoggedRequest) => void) | undefined;
}

/** A running simulator: the controls, and `url` without a slash at its end, to be used in place of WeChat's host. */
export interface WeChatSimulator extends Controls {
  readonly url: string;
  readonly port: number;
  /** WeChat's calls that it answers, as `GET /path`. */
  readonly calls: readonly string[];
  /** TCP connections open now. */
  openConnections(): number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for api.weixin.qq.com, with its controls under `/_sim/`. It prints nothing. Rejects with node's
 * error if it cannot listen, and with an Error for an empty or contradictory list of apps.
 */
export async function startWeChatSimulator(options: WeChatSimulatorOptions): Promise<WeChatSimulator> {
  const { apps, host = "127.0.0.1", port = 0, clock = Date.now, random = randomBytes } = options;
  const { exchangesPerMinute = 100, keepAliveTimeout, onRequest } = options;
  const state = new State({ apps, clock, random, exchangesPerMinute });
  const login = jscode2session(state);
  const calls = [
    login,
    stableToken(state),
    checksession(state),
    resetusersessionkey(state),
    getuserphonenumber(state),
    getuserriskrank(state),
    messageSubscribeSend(state),
  ];
  const offer = { appIds: state.apps.appIds, calls: calls.map(({ method, path }) => `${method} ${path}`) };
  const paths = calls.map(({ path }) => path);
  const troubles = new Troubles(paths, login.path);
  const requests: LoggedRequest[] = [];
  const connections: number[] = [];
  const controls = createControls({ state, troubles, requests, connections });

  const weChat = weChatHandler({
    calls,
    state,
    troubles,
    log(request) {
      remember(requests, request);
      onRequest?.(request);
    },
  });
  const control = controlHandler(controlRoutes(controls, offer));
  const server = await serve({ weChat, control }, connections, { host, port, keepAliveTimeout });
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

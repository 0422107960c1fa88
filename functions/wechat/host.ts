import { type FreshSockets, freshSockets } from "./fresh-sockets.ts";

/** Where WeChat is, and the connections to it, which all calls of an instance share. */
export interface WeChatHost {
  readonly sockets: FreshSockets;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  urlOf(path: string): URL;
}

/** `baseUrl`: `https://api.weixin.qq.com`, or a stand-in for it. */
export function weChatHost(baseUrl: string, now: () => number): WeChatHost {
  return {
    sockets: freshSockets(new URL(baseUrl).protocol, now),
    now,
    urlOf: (path) => new URL(path, baseUrl),
  };
}

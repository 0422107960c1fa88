import { request as overHttp } from "node:http";
import { Agent, request as overHttps, type RequestOptions } from "node:https";
import { isIPv6, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getProxyForUrl } from "proxy-from-env";

const flaws = ["notAUrl", "protocol", "notReached", "wantsCredentials", "refuses"] as const;
type Flaw = (typeof flaws)[number];

/** Why there was no way through the proxy. `proxy`: its host and port, without credentials. */
export interface ProxyFlaw {
  readonly flaw: Flaw;
  readonly proxy: string;
  /** The protocol, Node's name of what went wrong, or who was asked for and the proxy's status. */
  readonly what: string;
}

/** A connection through a proxy was never made: nothing was sent to AWS. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  constructor(flaw: Flaw, proxy = "", what = "") {
    super(`${flaw} ${proxy} ${what}`);
  }
}

/** Of a ProxyError, or of what the SDK makes of one that it met while it fetched credentials: an error with its text. */
export function proxyFlaw(error: unknown): ProxyFlaw | undefined {
  const text = error instanceof ProxyError ? `${error}` : error instanceof Error ? error.message : "";
  const [, name, proxy = "", what = ""] = /^ProxyError: (\w+) (\S*) (.*)$/.exec(text) ?? [];
  const flaw = flaws.find((one) => one === name);
  return flaw && { flaw, proxy, what };
}

const answerWithinMs = 5000;

/**
 * Opens each connection through the proxy that HTTPS_PROXY (ALL_PROXY) names, by CONNECT, unless NO_PROXY has the host.
 * The variables are read as the CDK's command line reads them. Node's own support (`proxyEnv`) is missing in Node 20.
 */
export class ProxyAgent extends Agent {
  constructor() {
    super({ keepAlive: true });
  }

  override createConnection(
    options: RequestOptions,
    callback: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? "localhost";
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${options.port ?? 443}`;
    const proxy = getProxyForUrl(`https://${authority}`);
    if (proxy === "") return super.createConnection(options, callback);
    openTunnel(proxy, authority).then(
      (socket) => {
        // TLS goes through the tunnel: host and port are the proxy's business now.
        const stream = super.createConnection(Object.assign({}, options, { socket }));
        callback(null, stream ?? socket);
      },
      (error: Error) => callback(error, new Socket()),
    );
    return undefined;
  }
}

async function openTunnel(proxy: string, authority: string): Promise<Socket> {
  if (!URL.canParse(proxy)) throw new ProxyError("notAUrl");
  const { protocol, hostname, port, host, username, password } = new URL(proxy);
  const make = protocol === "https:" ? overHttps : protocol === "http:" ? overHttp : undefined;
  if (!make) throw new ProxyError("protocol", host, protocol);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const basic = `Basic ${Buffer.from(credentials).toString("base64")}`;
  const request = make({
    method: "CONNECT",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port || (protocol === "https:" ? 443 : 80),
    path: authority,
    headers: { host: authority, ...(credentials !== ":" && { "proxy-authorization": basic }) },
    agent: false,
    timeout: answerWithinMs,
  });
  return new Promise((resolve, reject) => {
    const refuse = (flaw: Flaw, what: string) => reject(new ProxyError(flaw, host, what));
    request.once("timeout", () => request.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    request.once("error", (error: NodeJS.ErrnoException) => refuse("notReached", error.code ?? error.name));
    request.once("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      refuse(statusCode === 407 ? "wantsCredentials" : "refuses", `${authority} (${statusCode})`);
    });
    request.end();
  });
}

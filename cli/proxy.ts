import { request as overHttp } from "node:http";
import { Agent, request as overHttps, type RequestOptions } from "node:https";
import { isIPv6, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getProxyForUrl } from "proxy-from-env";

/** A connection through a proxy was never made: nothing was sent to AWS. Names the proxy without its credentials. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
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
  if (!URL.canParse(proxy)) throw new ProxyError("HTTPS_PROXY is no URL, such as http://proxy.example:8080");
  const { protocol, hostname, port, host, username, password } = new URL(proxy);
  const make = protocol === "https:" ? overHttps : protocol === "http:" ? overHttp : undefined;
  if (!make)
    throw new ProxyError(
      `HTTPS_PROXY names ${host} with ${protocol}//, and only http:// and https:// will do`,
    );
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
    const refuse = (why: string) => reject(new ProxyError(`The proxy ${host} (HTTPS_PROXY) ${why}`));
    request.once("timeout", () => request.destroy(new Error("no answer in time")));
    request.once("error", (error: NodeJS.ErrnoException) =>
      refuse(`cannot be reached (${error.code ?? error.message})`),
    );
    request.once("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      refuse(statusCode === 407 ? "wants a user and a password" : `refuses ${authority} with ${statusCode}`);
    });
    request.end();
  });
}

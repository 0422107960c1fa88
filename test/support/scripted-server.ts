import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished, vi } from "vitest";

export interface Received {
  /** The other end of the connection that it came over. */
  readonly port: number | undefined;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How the server treats one request. */
export type Reply = (response: ServerResponse) => void;

/**
 * A loopback server that does what it is told, request by request, whatever it is asked; when the script has ended it
 * goes on with the last line. The environment points the SDK to it, and chance is switched off.
 */
export async function scriptedServer(...script: [Reply, ...Reply[]]) {
  const received: Received[] = [];
  let last = script[0];
  let whenAsked = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    received.push({
      port: request.socket.remotePort,
      path: request.url ?? "",
      headers: request.headers,
      body,
    });
    last = script.shift() ?? last;
    last(response);
    whenAsked.resolve();
    whenAsked = Promise.withResolvers();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  vi.spyOn(Math, "random").mockReturnValue(0);
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ATEST",
    AWS_SECRET_ACCESS_KEY: "not verified",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  })) {
    vi.stubEnv(name, value);
  }
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    server.close();
    server.closeAllConnections();
  });
  return {
    endpoint,
    received,
    /** Resolves with the next request. */
    asked: () => whenAsked.promise,
  };
}

export function answer(body: object | string, status = 200, headers: Record<string, string> = {}): Reply {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return (response) => {
    response.writeHead(status, {
      "content-type": "application/x-amz-json-1.0",
      "content-length": Buffer.byteLength(text),
      ...headers,
    });
    response.end(text);
  };
}

/** Half of an answer; then the connection ends. */
export function half(body: object): Reply {
  return (response) => {
    const text = JSON.stringify(body);
    response.writeHead(200, { "content-length": text.length });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  };
}

export const nothing: Reply = () => {};
export const hangUp: Reply = (response) => void response.destroy();

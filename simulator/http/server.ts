import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { WeChatRequest } from "../calls/call.ts";

/** One request, read to its end. */
export interface HttpRequest extends WeChatRequest {
  readonly headers: IncomingHttpHeaders;
  /** Which TCP connection it came over, from 0. */
  readonly connection: number;
}

/** Answers one request. */
export type Handler = (request: HttpRequest, response: ServerResponse) => Promise<void>;

/** Where to listen; `port` 0 is the system's choice. `keepAliveTimeout`: idle milliseconds, 0 for no limit. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly keepAliveTimeout?: number | undefined;
}

/** More than any call of WeChat's or of the controls needs. */
const bodyLimit = 64 * 1024;

/**
 * Serves WeChat's paths and `/_sim/` on one port. Rejects with node's error (EADDRINUSE and its like) if it cannot
 * listen. `connections` counts, in place, the requests to WeChat's paths over each accepted connection. `close` ends
 * open connections at once, idle or busy; calling it again is harmless.
 */
export async function serve(
  handlers: { weChat: Handler; control: Handler },
  connections: number[],
  { host, port, keepAliveTimeout }: ListenOptions,
): Promise<{ port: number; openConnections: () => number; close: () => Promise<void> }> {
  const numbers = new WeakMap<Socket, number>();
  const open = new Set<Socket>();

  // A handler that throws is a bug of the simulator: unhandled, it ends the process with its stack.
  const server = createServer((request, response) => void handle(request, response));
  if (keepAliveTimeout !== undefined) {
    server.keepAliveTimeout = keepAliveTimeout;
    // Node would add a second of its own.
    server.keepAliveTimeoutBuffer = 0;
  }
  server.on("connection", (socket) => {
    numbers.set(socket, connections.push(0) - 1);
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.listen(port, host);
  await once(server, "listening");

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", headers, socket } = incoming;
    const connection = numbers.get(socket) ?? -1;
    // Not `new URL`, which throws for what a broken client may send.
    const [path = "/", ...rest] = (incoming.url ?? "/").split("?");
    const control = path === "/_sim" || path.startsWith("/_sim/");
    if (!control) connections[connection] = (connections[connection] ?? 0) + 1;
    // The socket of a caller that has gone meanwhile has no address any more.
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const body = await readBody(incoming);
    if (body === "broken off") return;
    if (body === "too large") {
      response.writeHead(413, { Connection: "close" }).end();
      return;
    }
    const query = new URLSearchParams(rest.join("?"));
    const request = { method, path, query, body: body.text, address, headers, connection };
    await (control ? handlers.control : handlers.weChat)(request, response);
  }

  let closed: Promise<void> | undefined;
  return {
    port: listeningPort(server.address(), port),
    openConnections: () => open.size,
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      });
      return closed;
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<{ text: string } | "too large" | "broken off"> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      const bytes: Buffer = chunk;
      size += bytes.length;
      if (size > bodyLimit) return "too large";
      chunks.push(bytes);
    }
  } catch {
    return "broken off";
  }
  return { text: Buffer.concat(chunks).toString("utf8") };
}

function listeningPort(address: AddressInfo | string | null, asked: number): number {
  return typeof address === "object" && address !== null ? address.port : asked;
}

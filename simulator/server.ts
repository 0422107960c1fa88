import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { WechatRequest } from "./call.ts";

/** Answers one request. `connection` numbers the TCP connection it came over, from 0. */
export type Handler = (request: WechatRequest, response: ServerResponse, connection: number) => Promise<void>;

/** Where to listen; `port` 0 is the system's choice. `keepAliveTimeout`: idle milliseconds, 0 for no limit. */
export type ListenOptions = { host: string; port: number; keepAliveTimeout?: number | undefined };

/** More than any call of WeChat's or of the controls needs. */
const BODY_LIMIT = 64 * 1024;

/**
 * Serves WeChat's paths and `/_sim/` on one port. Rejects with node's error (EADDRINUSE and its like) if it cannot
 * listen. `connections` counts, in place, the requests to WeChat's paths over each accepted connection. `close` ends
 * open connections at once, idle or busy; calling it again is harmless.
 */
export async function serve(
  handlers: { wechat: Handler; control: Handler },
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
    const connection = numbers.get(incoming.socket) ?? -1;
    // Not `new URL`, which throws for what a broken client may send.
    const [path = "/", ...rest] = (incoming.url ?? "/").split("?");
    const control = path === "/_sim" || path.startsWith("/_sim/");
    if (!control) connections[connection] = (connections[connection] ?? 0) + 1;
    const body = await readBody(incoming);
    if (body === "broken off") return;
    if (body === "too large") {
      response.writeHead(413, { Connection: "close" }).end();
      return;
    }
    const request = {
      method: incoming.method ?? "GET",
      path,
      query: new URLSearchParams(rest.join("?")),
      body: body.text,
    };
    await (control ? handlers.control : handlers.wechat)(request, response, connection);
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
      if (size > BODY_LIMIT) return "too large";
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

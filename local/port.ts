import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type Guard, loopbackGuard } from "./guard.ts";

/** A loopback port that is taken already, whether or not what answers on it is ready. */
export interface Port {
  readonly number: number;
  /** `http://localhost:NUMBER`. */
  readonly url: string;
  /** Answers from here on; whoever came earlier has waited. */
  serve(listener: RequestListener): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface PortOptions {
  /** 0 (the default): chosen by the system. */
  readonly number?: number | undefined;
  /** Asked before anything else. If absent, no page may call at all. */
  readonly guard?: Guard;
  /** How long a connection may be idle; Node's own 5 s if absent. */
  readonly keepAliveMs?: number;
}

/** Rejects with Node's error when it cannot listen. */
export async function openPort(options: PortOptions = {}): Promise<Port> {
  const { number = 0, guard = loopbackGuard(), keepAliveMs } = options;
  const serving = Promise.withResolvers<RequestListener>();
  const server = createServer(async (request, response) => {
    const refused = guard(request);
    if (refused !== undefined) {
      response.writeHead(403, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ message: refused }));
      return;
    }
    const listener = await serving.promise;
    listener(request, response);
  });
  if (keepAliveMs !== undefined) server.keepAliveTimeout = keepAliveMs;
  server.listen(number, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    number: address.port,
    url: `http://localhost:${address.port}`,
    serve: serving.resolve,
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

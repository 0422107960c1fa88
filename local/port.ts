import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";

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

/** `number` 0: chosen by the system. Rejects with Node's error when it cannot listen. */
export async function openPort(number = 0): Promise<Port> {
  const serving = Promise.withResolvers<RequestListener>();
  const server = createServer(async (request, response) => {
    const listener = await serving.promise;
    listener(request, response);
  });
  // A client that waits longer than this between two calls meets a closed socket; SDKs keep theirs for a long time.
  server.keepAliveTimeout = 120_000;
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

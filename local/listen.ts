import { once } from "node:events";
import type { Server } from "node:http";

/** Serves on loopback, at a port that the system chooses for 0. Rejects with Node's error when it cannot listen. */
export async function listen(
  server: Server,
  port: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  server.listen(port, "127.0.0.1");
  await Promise.race([
    once(server, "listening"),
    once(server, "error").then(([error]) => Promise.reject(error)),
  ]);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://localhost:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

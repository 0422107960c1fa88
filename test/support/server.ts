import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { onTestFinished } from "vitest";

/** A server of the test's own, closed when it ends: `http://127.0.0.1:PORT`. It ends no idle connection. */
export async function serverForThisTest(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server does not listen.");
  return `http://127.0.0.1:${address.port}`;
}

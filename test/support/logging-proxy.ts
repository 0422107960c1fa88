import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import { selfSignedCertificate } from "../../bench/outside/certificate.ts";

export interface LoggingProxy {
  /** `localhost:PORT`. */
  readonly host: string;
  /** What was asked for, `cloudformation.us-east-1.amazonaws.com:443`, in order. */
  readonly asked: string[];
  /** `Proxy-Authorization` of each. */
  readonly authorizations: (string | undefined)[];
}

/** An HTTP proxy that leads every tunnel to the same port of this machine, or refuses with a status. */
export async function loggingProxy(leadsTo: { port: number } | { status: number }): Promise<LoggingProxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer();
  server.on("connect", (request, socket: Socket) => {
    asked.push(request.url ?? "");
    authorizations.push(request.headers["proxy-authorization"]);
    if ("status" in leadsTo) {
      socket.end(`HTTP/1.1 ${leadsTo.status} No\r\n\r\n`);
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    join(socket, leadsTo.port);
  });
  return { host: `localhost:${await listen(server)}`, asked, authorizations };
}

/** TLS in front of an HTTP server of this machine, with a certificate that nobody has signed. Resolves to its port. */
export function inTls(url: string): Promise<number> {
  const server = createTlsServer(selfSignedCertificate(new Date()), (socket) =>
    join(socket, Number(new URL(url).port)),
  );
  return listen(server);
}

function join(socket: Socket, port: number): void {
  const other = connect(port, "127.0.0.1");
  socket.pipe(other).pipe(socket);
  socket.on("error", () => other.destroy());
  other.on("error", () => socket.destroy());
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  onTestFinished(async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

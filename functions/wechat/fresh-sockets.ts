import type http from "node:http";
import https from "node:https";
import { isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { plainHttp } from "../runtime/plain-http.ts";

/** Longer than this on the wall clock and the peer may have closed the socket without us having noticed. */
const reusableForMs = 5_000;

export interface FreshSockets {
  readonly agent: http.Agent;
  /** To be called before each request. */
  dropStale(): void;
  /** Connects, TLS and all, for the first request to come. Nothing is sent. Rejects if that fails. */
  open(url: URL): Promise<void>;
}

/**
 * A keep-alive agent that reuses a socket only if it was idle for less than 5 s by the wall clock. A frozen Lambda
 * instance wakes up with sockets that the peer has closed meanwhile; timers do not run while it is frozen, so the idle
 * time is measured at the next request. Node's agent would send the code into such a socket, and it must not be sent
 * twice. A socket that was opened ahead is under the same rule.
 */
export function freshSockets(protocol: string, now: () => number): FreshSockets {
  const isPlain = protocol === "http:";
  const options = { keepAlive: true, maxFreeSockets: 2 };
  const agent = isPlain ? new (plainHttp().Agent)(options) : new https.Agent(options);
  const idleSince = new WeakMap<Duplex, number>();
  const isFresh = (socket: Duplex) => {
    const idleFor = now() - (idleSince.get(socket) ?? 0);
    // A clock set back gives a negative time: as unknown as a long one.
    return idleFor >= 0 && idleFor < reusableForMs;
  };
  agent.on("free", (socket: Socket) => idleSince.set(socket, now()));

  const connect = agent.createConnection.bind(agent);
  let ahead: Duplex | undefined;
  agent.createConnection = (request, created) => {
    const socket = ahead;
    ahead = undefined;
    if (socket?.writable && isFresh(socket)) return socket;
    socket?.destroy();
    return connect(request, created);
  };

  return {
    agent,
    dropStale() {
      for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
        if (!isFresh(socket)) socket.destroy();
      }
    },
    open({ hostname, port }) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const defaultPort = isPlain ? 80 : 443;
      const servername = isIP(hostname) ? "" : hostname;
      const address = { ...options, host: hostname, port: port || defaultPort, servername };
      const socket = connect(address);
      socket?.once(isPlain ? "connect" : "secureConnect", () => {
        idleSince.set(socket, now());
        ahead = socket;
        resolve();
      });
      // Stays: what waits here may be reset while nobody else listens.
      socket?.on("error", reject);
      return promise;
    },
  };
}

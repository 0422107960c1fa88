import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";

/** Longer than this on the wall clock and the peer may have closed the socket without us having noticed. */
const reusableForMs = 5_000;

export interface FreshSockets {
  readonly agent: http.Agent;
  /** To be called before each request. */
  dropStale(): void;
}

/**
 * A keep-alive agent that reuses a socket only if it was idle for less than 5 s by the wall clock. A frozen Lambda
 * instance wakes up with sockets that the peer has closed meanwhile; timers do not run while it is frozen, so the idle
 * time is measured at the next request. Node's agent would send the code into such a socket, and it must not be sent
 * twice.
 */
export function freshSockets(protocol: string, now: () => number): FreshSockets {
  const options = { keepAlive: true, maxFreeSockets: 2 };
  const agent = protocol === "http:" ? new http.Agent(options) : new https.Agent(options);
  const idleSince = new WeakMap<Socket, number>();
  agent.on("free", (socket: Socket) => idleSince.set(socket, now()));
  return {
    agent,
    dropStale() {
      for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
        const idleFor = now() - (idleSince.get(socket) ?? 0);
        // A clock set back gives a negative time: as unknown as a long one.
        if (idleFor < 0 || idleFor >= reusableForMs) socket.destroy();
      }
    },
  };
}

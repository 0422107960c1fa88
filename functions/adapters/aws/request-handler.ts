import type http from "node:http";
import https from "node:https";
import type { Answer } from "./service.ts";

/** In milliseconds, each for one try. */
export interface Timeouts {
  /** From asking for a connection until TCP has one. */
  readonly connection: number;
  /** From the start until the whole answer is there. */
  readonly request: number;
}

interface Request {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  /** With `host`, which nobody adds. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: "http/1.1" };
  handle(request: Request, options?: { abortSignal?: unknown }): Promise<{ response: Answer }>;
  destroy(): void;
}

/**
 * The SDK's way out, over kept-alive sockets of node:https. Half the work of the SDK's own NodeHttpHandler: two timers
 * instead of five, and the answer as one piece instead of a stream. 0.07 of what the authorizer's read costs with
 * everything at its default.
 */
export function requestHandler(
  timeouts: Timeouts,
  sign: (request: Request) => Record<string, string>,
): RequestHandler {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 50 });
  // There is one host here, so the agent need not tell connections apart by twenty options at every request.
  agent.getName = () => "the service";
  let plain: http.Agent | undefined;

  function open(request: Request): http.ClientRequest {
    const { method, protocol, hostname: host, port, path, body } = request;
    const headers = { ...sign(request), "content-length": String(Buffer.byteLength(body)) };
    const options = {
      method,
      host,
      path,
      // As a list they are written as they are, and not validated, copied and sorted one by one.
      headers: Object.entries(headers).flat(),
      ...(port !== undefined && { port }),
    };
    // With the name said, the agent need not look whether the host is an address.
    if (protocol !== "http:") return https.request({ ...options, servername: host, agent });
    // Not imported, for the reason in ../plain-http.ts.
    const plainHttp = process.getBuiltinModule("node:http");
    plain ??= new plainHttp.Agent({ keepAlive: true, maxSockets: 50 });
    return plainHttp.request({ ...options, agent: plain });
  }

  function handle(request: Request, options: { abortSignal?: unknown } = {}): Promise<{ response: Answer }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ response: Answer }>();
    const abortSignal = options.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
    const outgoing = open(request);
    let connectionTimer: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(requestTimer);
      clearTimeout(connectionTimer);
      abortSignal?.removeEventListener("abort", abort);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    // By these names the SDK knows what may be asked again: a timeout may, what was called off may not.
    const giveUp = (name: "AbortError" | "TimeoutError", message: string) => {
      fail(Object.assign(new Error(message), { name }));
      outgoing.destroy();
    };
    const abort = () => giveUp("AbortError", "Request aborted");
    const requestTimer = setTimeout(giveUp, timeouts.request, "TimeoutError", "No answer in time");

    abortSignal?.addEventListener("abort", abort);
    if (abortSignal?.aborted) abort();
    outgoing.on("socket", (socket) => {
      if (!socket.connecting) return;
      connectionTimer = setTimeout(giveUp, timeouts.connection, "TimeoutError", "No connection in time");
      socket.once("connect", () => clearTimeout(connectionTimer));
    });
    outgoing.on("error", fail);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", fail);
      incoming.on("end", () => {
        settle();
        const { statusCode = 0, headers } = incoming;
        resolve({ response: { statusCode, headers, body: Buffer.concat(chunks) } });
      });
    });
    outgoing.end(request.body);
    return promise;
  }

  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle,
    destroy() {
      agent.destroy();
      plain?.destroy();
    },
  };
}

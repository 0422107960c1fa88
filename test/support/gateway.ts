import type { RequestListener } from "node:http";
import { type GatewayOptions, gateway } from "../../local/gateway/gateway.ts";
import { openPort } from "../../local/port.ts";

export interface Gateway {
  /** `http://localhost:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** API Gateway's HTTP API on a port of its own; 0: chosen by the system. */
export async function startGateway(options: GatewayOptions & { readonly port: number }): Promise<Gateway> {
  return serveAsAws(options.port, gateway(options));
}

/** As in AWS: under any name, and for every page. */
export async function serveAsAws(number: number, listener: RequestListener): Promise<Gateway> {
  const port = await openPort({ number, guard: () => undefined });
  port.serve(listener);
  return port;
}

import { once } from "node:events";
import { createServer } from "node:http";
import { onTestFinished, vi } from "vitest";

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Arrived {
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A service in AWS's place until the test ends, with an environment that leads there; what has arrived. */
export async function serviceThatSays(...replies: Reply[]): Promise<Arrived[]> {
  const arrived: Arrived[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    arrived.push({ path: request.url, headers: request.headers, body });
    const reply = replies[Math.min(arrived.length, replies.length) - 1];
    response.writeHead(reply?.status ?? 500, reply?.headers).end(reply?.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    vi.unstubAllEnvs();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server does not listen.");
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: `http://127.0.0.1:${address.port}`,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKID",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "token",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  })) {
    vi.stubEnv(name, value);
  }
  return arrived;
}

/** What a call came to, as far as anybody here reads it. */
export async function outcome(call: Promise<object>): Promise<unknown> {
  try {
    const { $metadata: _, ...output } = { $metadata: {}, ...(await call) };
    return JSON.parse(JSON.stringify(output, bytesAsHex));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, message } = error;
    const { $fault, $metadata, CancellationReasons } = Object(error);
    const { httpStatusCode, attempts } = Object($metadata);
    return { name, message, $fault, httpStatusCode, attempts, CancellationReasons };
  }
}

/** A Buffer and other bytes alike. */
function bytesAsHex(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const bytes = this[key];
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("hex") : value;
}

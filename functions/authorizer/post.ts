import type { IncomingHttpHeaders } from "node:http";
import https from "node:https";
import { urlToHttpOptions } from "node:url";

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Rejects when the whole response is not there within so many milliseconds. */
export type Post = (
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number,
) => Promise<Response>;

/** Sends requests to this URL over connections that stay open. */
export function poster(url: URL): Post {
  // An `import` of node:http would load all of undici into every cold start, and only the laptop's endpoint is plain.
  const protocol = url.protocol === "http:" ? process.getBuiltinModule("node:http") : https;
  const agent = new protocol.Agent({ keepAlive: true });
  const target = { ...urlToHttpOptions(url), method: "POST", agent };

  return (headers, body, timeoutMs) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const request = protocol.request({ ...target, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    const timer = setTimeout(() => {
      fail(Object.assign(new Error("No response in time"), { code: "ETIMEDOUT" }));
      request.destroy();
    }, timeoutMs);
    function fail(error: Error): void {
      clearTimeout(timer);
      reject(error);
    }
    request.on("error", fail);
    request.end(body);
    return promise;
  };
}

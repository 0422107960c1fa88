import type { IncomingHttpHeaders } from "node:http";
import https from "node:https";
import { urlToHttpOptions } from "node:url";
import { plainHttp } from "../runtime/plain-http.ts";

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Rejects when the whole response is not there at `deadline`, or when it takes too long. */
export type Post = (
  headers: Readonly<Record<string, string>>,
  body: string,
  deadline: AbortSignal,
) => Promise<Response>;

/** Sends requests to this URL over connections that stay open; each may take `timeoutMs`. */
export function poster(url: URL, timeoutMs: number): Post {
  const protocol = url.protocol === "http:" ? plainHttp() : https;
  const agent = new protocol.Agent({ keepAlive: true });
  const target = { ...urlToHttpOptions(url), method: "POST", agent };

  return (headers, body, deadline) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const request = protocol.request({ ...target, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        settle();
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    const timer = setTimeout(giveUp, timeoutMs);
    deadline.addEventListener("abort", giveUp);
    if (deadline.aborted) giveUp();
    request.on("error", fail);
    request.end(body);
    return promise;

    function giveUp(): void {
      fail(Object.assign(new Error("No response in time"), { code: "ETIMEDOUT" }));
      request.destroy();
    }
    function fail(error: Error): void {
      settle();
      reject(error);
    }
    function settle(): void {
      clearTimeout(timer);
      deadline.removeEventListener("abort", giveUp);
    }
  };
}

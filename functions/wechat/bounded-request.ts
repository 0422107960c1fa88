import https from "node:https";
import { plainHttp } from "../runtime/plain-http.ts";
import type { FreshSockets } from "./fresh-sockets.ts";

const maxBytes = 64 * 1024;

export type Answer =
  /** `date`: the header, which says what the other side takes for the time. */
  | { readonly kind: "json"; readonly value: unknown; readonly date?: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "unavailable"; readonly why: string };

/**
 * One GET, or with `json` one POST of it, that always ends: by the answer, by `deadline`, or at 64 KiB. Follows no redirect
 * and ignores the content type (WeChat sends JSON as text/plain). Errors are values that never contain the URL, because it
 * carries secrets.
 */
export function boundedRequest(
  url: URL,
  sockets: FreshSockets,
  deadline: AbortSignal,
  json?: object,
): Promise<Answer> {
  const send = url.protocol === "http:" ? plainHttp().request : https.request;
  const body = json && Buffer.from(JSON.stringify(json));
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const failed = (error: NodeJS.ErrnoException) =>
    resolve(
      deadline.aborted ? { kind: "timeout" } : { kind: "unavailable", why: error.code ?? "connection lost" },
    );

  sockets.dropStale();
  const request = send(url, {
    agent: sockets.agent,
    signal: deadline,
    method: body ? "POST" : "GET",
    headers: {
      accept: "application/json",
      ...(body && { "content-type": "application/json", "content-length": body.length }),
    },
  });
  request.on("error", failed);
  request.on("response", (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxBytes) {
        resolve({ kind: "unavailable", why: "over 64 KiB" });
        response.destroy();
      }
    });
    response.on("error", failed);
    response.on("end", () => {
      const answer = read(response.statusCode, Buffer.concat(chunks));
      const { date } = response.headers;
      resolve(answer.kind === "json" && date !== undefined ? { ...answer, date } : answer);
    });
  });
  request.end(body);
  return promise;
}

function read(status: number | undefined, body: Buffer): Answer {
  if (status !== 200) return { kind: "unavailable", why: `HTTP ${status}` };
  try {
    return { kind: "json", value: JSON.parse(body.toString("utf8")) };
  } catch {
    return { kind: "unavailable", why: "not JSON" };
  }
}

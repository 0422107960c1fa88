import type { ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";
import type { Trouble } from "../trouble.ts";

/** Just over the 64 KiB at which a careful client stops reading. */
const paddingBytes = 66_000;

/**
 * Sends WeChat's answer as HTTP 200 with Content-Type text/plain, or as badly as `trouble` asks. Resolves when all is
 * sent, and at once when the connection goes away: nobody waits for the rest of a latency or a drip.
 */
export async function reply(
  response: ServerResponse,
  answer: Readonly<Record<string, unknown>>,
  trouble: Trouble = {},
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const pause = (ms: number) => setTimeout(ms, undefined, { signal: gone.signal }).catch(() => undefined);

  if (trouble.latencyMs !== undefined) await pause(trouble.latencyMs);
  if (gone.signal.aborted) return;
  if (trouble.drop === "before") {
    response.destroy();
    return;
  }

  const { status, type, body } = compose(answer, trouble);
  response.statusCode = status;
  response.setHeader("Content-Type", trouble.contentType ?? type);
  if (status < 400 && status >= 300) response.setHeader("Location", "/elsewhere");
  if (trouble.body !== "oversize") response.setHeader("Content-Length", body.length);
  // Said by hand, it comes without node's "Keep-Alive: timeout=…": a client must not need the hint to know when a
  // connection has become too old to trust with a code.
  if (response.shouldKeepAlive) response.setHeader("Connection", "keep-alive");

  if (trouble.drop === "after") {
    await written(response, body.subarray(0, Math.ceil(body.length / 2)));
    response.destroy();
    return;
  }
  if (trouble.drip !== undefined) {
    const { bytes = 1, everyMs } = trouble.drip;
    for (let from = 0; from < body.length && !gone.signal.aborted; from += bytes) {
      if (from > 0) await pause(everyMs);
      response.write(body.subarray(from, from + bytes));
    }
    response.end();
    return;
  }
  if (trouble.body === "oversize") response.write(body.subarray(0, 1));
  response.end(trouble.body === "oversize" ? body.subarray(1) : body);
}

function compose(
  answer: Readonly<Record<string, unknown>>,
  trouble: Trouble,
): { status: number; type: string; body: Buffer } {
  if (trouble.status !== undefined) return page(trouble.status);
  if (trouble.body === "html") return page(200);
  const { openid: _, ...withoutOpenid } = answer;
  const json = JSON.stringify(trouble.body === "no_openid" ? withoutOpenid : answer);
  return { status: 200, type: "text/plain", body: Buffer.from(mangled(json, trouble)) };
}

function mangled(json: string, trouble: Trouble): string {
  if (trouble.body === "truncated") return json.slice(0, Math.ceil(json.length / 2));
  // Still valid JSON with every field in place: only its size is wrong.
  if (trouble.body === "oversize") return `${json.slice(0, -1)},"padding":"${"x".repeat(paddingBytes)}"}`;
  return json;
}

/** What a proxy in front of WeChat says in its place. */
function page(status: number): { status: number; type: string; body: Buffer } {
  const html = `<html>\n<head><title>${status}</title></head>\n<body><h1>${status}</h1></body>\n</html>\n`;
  return { status, type: "text/html", body: Buffer.from(html) };
}

/** Resolves when the bytes have left, so that ending the connection does not swallow them. */
function written(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    response.once("close", resolve);
    response.write(bytes, () => resolve());
  });
}

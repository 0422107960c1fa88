import type { Answer } from "../../functions/wechat/bounded-get.ts";

/** What stands in for bounded-get.ts where WeChat is to be called with `fetch`: Node's own undici. */
export async function boundedGet(url: URL, _: unknown, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, { signal, redirect: "manual", headers: { accept: "application/json" } });
  return { kind: "json", value: JSON.parse(await response.text()) };
}

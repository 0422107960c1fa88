import type { LoginCall, RequestCall, Wx } from "../../client/wx.ts";
import { isRecord } from "../../local/aws/json.ts";

/** How often `wx` was used, and for what. */
export interface WxOverFetch extends Wx {
  readonly requests: string[];
  readonly storage: Map<string, unknown>;
}

/** A phone's `wx` over the network of this machine: `wx.request` as clients really behave, and its own storage. */
export function wxOverFetch(
  freshCode: () => string,
  whither: (url: string) => string = (url) => url,
): WxOverFetch {
  const storage = new Map<string, unknown>();
  const requests: string[] = [];
  return {
    requests,
    storage,
    login({ success }: LoginCall) {
      queueMicrotask(() => success({ code: freshCode() }));
    },
    request(call: RequestCall) {
      requests.push(`${call.method ?? "GET"} ${call.url}`);
      fetchFor(call, whither).then(call.success, () => call.fail({ errMsg: "request:fail " }));
    },
    getStorageSync: (key) => storage.get(key) ?? "",
    // A copy: what is stored is JSON, not the object.
    setStorageSync: (key, value) => storage.set(key, JSON.parse(JSON.stringify(value))),
    removeStorageSync: (key) => storage.delete(key),
  };
}

async function fetchFor(
  { url, method = "GET", data, header = {} }: RequestCall,
  whither: (url: string) => string,
) {
  const target = new URL(whither(url));
  // The default method puts whatever there is into the URL.
  const inUrl = method === "GET" && isRecord(data);
  if (inUrl) for (const [name, value] of Object.entries(data)) target.searchParams.set(name, String(value));
  const response = await fetch(target, {
    method,
    headers: { "content-type": "application/json", ...header },
    ...(!inUrl && data !== undefined && { body: JSON.stringify(data) }),
  });
  const text = await response.text();
  return { statusCode: response.status, data: parsed(text), header: Object.fromEntries(response.headers) };
}

/** wx.request tries JSON whatever the content type says, and leaves the text where that fails. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

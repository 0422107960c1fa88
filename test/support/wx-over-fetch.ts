import { openAsBlob } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { DownloadCall, LoginCall, RequestCall, UploadCall, Wx } from "../../client/wx.ts";
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
    uploadFile({ filePath, name, formData, success, fail, ...call }: UploadCall) {
      requests.push(`POST ${call.url}`);
      const upload = async () => {
        const body = new FormData();
        for (const [field, value] of Object.entries(formData ?? {})) body.set(field, value);
        body.set(name, await openAsBlob(filePath), basename(filePath));
        const response = await fetch(whither(call.url), { method: "POST", headers: call.header ?? {}, body });
        return { statusCode: response.status, data: await response.text() };
      };
      upload().then(success, () => fail({ errMsg: "uploadFile:fail " }));
    },
    downloadFile({ filePath, success, fail, ...call }: DownloadCall) {
      requests.push(`GET ${call.url}`);
      const download = async () => {
        const response = await fetch(whither(call.url), { headers: call.header ?? {} });
        const tempFilePath = filePath ?? join(await mkdtemp(join(tmpdir(), "wxfile-")), "1");
        await writeFile(tempFilePath, Buffer.from(await response.arrayBuffer()));
        return { statusCode: response.status, tempFilePath };
      };
      download().then(success, () => fail({ errMsg: "downloadFile:fail " }));
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

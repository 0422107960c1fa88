import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import type { RequestCall } from "../../client/wx.ts";
import { isRecord } from "../../local/aws/json.ts";
import { wxOverFetch } from "./wx-over-fetch.ts";

/** A page on the screen. */
export interface ShownPage {
  readonly route: string;
  readonly data: Record<string, unknown>;
  /** What a tap does: calls the handler and waits for it. */
  call(handler: string, event?: object): Promise<void>;
}

export interface Phone {
  readonly page: ShownPage;
  readonly storage: Map<string, unknown>;
  offline: boolean;
  definition(path: string): { readonly handlers: readonly string[] };
}

type Handler = (...args: readonly unknown[]) => unknown;

/**
 * Just enough of the mini-program runtime for one app: its CommonJS, `App`, `Page`, `setData`, `wx.reLaunch`. The code
 * sees nothing else: no `fetch`, no `process`, no `window`.
 */
export function startMiniProgram(
  directory: string,
  {
    whither,
    storage: kept,
  }: { readonly whither: (url: string) => string; readonly storage?: ReadonlyMap<string, unknown> },
): Phone {
  const network = wxOverFetch(() => "a code of the real WeChat", whither);
  for (const [key, value] of kept ?? []) network.storage.set(key, value);
  const modules = new Map<string, { exports: unknown }>();
  let defined: Record<string, unknown> = {};
  let shown: ShownPage | undefined;

  const wx = {
    ...network,
    request: (call: RequestCall) =>
      phone.offline ? queueMicrotask(() => call.fail({ errMsg: "request:fail " })) : network.request(call),
    reLaunch: ({ url }: { url: string }) => queueMicrotask(() => show(url.slice(1))),
  };
  const define = (it: Record<string, unknown>) => {
    defined = it;
  };
  const context = createContext({
    wx,
    App: define,
    Page: define,
    getCurrentPages: () => (shown ? [shown] : []),
    console,
    setTimeout,
    clearTimeout,
  });

  function load(file: string): unknown {
    const before = modules.get(file);
    if (before) return before.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const source = readFileSync(file, "utf8");
    const run: Handler = runInContext(`(function (require, module, exports) {${source}\n})`, context, {
      filename: file,
    });
    run((path: string) => load(join(dirname(file), `${path}.js`)), module, module.exports);
    return module.exports;
  }

  function definitionOf(path: string): Record<string, unknown> {
    modules.delete(join(directory, `${path}.js`));
    load(join(directory, `${path}.js`));
    return defined;
  }

  function show(path: string): void {
    const { data, ...handlers } = definitionOf(path);
    const instance: Record<string, unknown> = {
      ...handlers,
      data: isRecord(data) ? structuredClone(data) : {},
      setData(changes: object) {
        Object.assign(Object(instance.data), changes);
      },
    };
    const call = async (name: string, event?: object) => {
      const handler = instance[name];
      if (typeof handler !== "function") throw new Error(`${path} has no handler ${name}`);
      await handler.call(instance, event);
    };
    shown = { route: path, data: Object(instance.data), call };
    if (instance.onShow) call("onShow");
  }

  const phone: Phone = {
    offline: false,
    storage: network.storage,
    get page() {
      if (!shown) throw new Error("No page is shown");
      return shown;
    },
    definition: (path) => ({ handlers: Object.keys(definitionOf(path)) }),
  };

  const { onLaunch } = definitionOf("app");
  if (typeof onLaunch === "function") onLaunch();
  show(JSON.parse(readFileSync(join(directory, "app.json"), "utf8")).pages[0]);
  return phone;
}

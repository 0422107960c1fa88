import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import type { Wx } from "../../client/wx.ts";

type Handler = (...args: readonly unknown[]) => unknown;
type Parts = Record<string, unknown>;

/** A page as the runtime has it. */
export interface BuiltPage {
  readonly route: string;
  /** What `setData` has made of it. */
  readonly data: Parts;
  call(handler: string, event: object): unknown;
}

/**
 * Just enough of the mini-program runtime to run what Taro and uni-app build: their CommonJS, `App`, `Page`, `Component`,
 * `setData` with paths, and a `wx` that has the few calls that their own runtimes want.
 */
export function startBuilt(directory: string, phone: Wx) {
  const modules = new Map<string, { exports: unknown }>();
  let app: Parts = {};
  let defined: Parts = {};
  let shown: (BuiltPage & { readonly instance: Parts }) | undefined;

  const nothing = () => ({});
  const wx = {
    ...phone,
    getSystemInfoSync: () => ({ platform: "ios", windowWidth: 375, pixelRatio: 2, SDKVersion: "3.0.0" }),
    getLaunchOptionsSync: () => ({ path: "", query: {} }),
    getEnterOptionsSync: () => ({ path: "", query: {} }),
    canIUse: () => false,
    nextTick: (run: () => void) => setTimeout(run),
    createSelectorQuery: nothing,
    getMenuButtonBoundingClientRect: nothing,
    reLaunch({ url, success }: { url: string; success?: (it: object) => void }) {
      setTimeout(() => {
        show(url.slice(1));
        success?.({ errMsg: "reLaunch:ok" });
      });
    },
    ...Object.fromEntries(
      [
        "AppShow",
        "AppHide",
        "Error",
        "PageNotFound",
        "UnhandledRejection",
        "ThemeChange",
        "KeyboardHeightChange",
      ].map((name) => [`on${name}`, nothing]),
    ),
  };
  const define = (it: Parts) => {
    defined = it;
  };
  const context = createContext({
    wx,
    App(it: Parts) {
      app = it;
    },
    Page: define,
    Component: define,
    getApp: () => app,
    getCurrentPages: () => (shown ? [shown.instance] : []),
    console,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    global: {},
  });

  function load(file: string): unknown {
    const path = file.endsWith(".js") ? file : `${file}.js`;
    const before = modules.get(path);
    if (before) return before.exports;
    const module = { exports: {} };
    modules.set(path, module);
    const source = readFileSync(path, "utf8");
    const run: Handler = runInContext(`(function (require, module, exports) {${source}\n})`, context, {
      filename: path,
    });
    run((name: string) => load(join(dirname(path), name)), module, module.exports);
    return module.exports;
  }

  function show(route: string): void {
    modules.delete(join(directory, `${route}.js`));
    load(join(directory, route));
    const { data, methods, lifetimes, ...own } = defined;
    const instance: Parts = {
      ...own,
      ...Object(lifetimes),
      ...Object(methods),
      route,
      is: route,
      options: {},
      properties: {},
      data: structuredClone(data ?? {}),
      setData(changes: object, done?: () => void) {
        for (const [path, value] of Object.entries(changes)) assign(Object(instance.data), path, value);
        if (done) setTimeout(done);
      },
      triggerEvent: nothing,
      selectComponent: nothing,
      selectAllComponents: () => [],
    };
    const call = (name: string, event: object) => {
      const handler = instance[name];
      if (typeof handler !== "function") throw new Error(`${route} has no handler ${name}`);
      return handler.call(instance, event);
    };
    shown = { route, data: Object(instance.data), call, instance };
    for (const name of ["created", "attached", "onLoad", "onShow", "ready", "onReady"]) {
      if (instance[name]) call(name, {});
    }
  }

  load(join(directory, "app"));
  for (const name of ["onLaunch", "onShow"]) {
    const handler = app[name];
    if (typeof handler === "function") handler.call(app, { path: "", query: {}, scene: 1001 });
  }
  show(JSON.parse(readFileSync(join(directory, "app.json"), "utf8")).pages[0]);
  return {
    get page(): BuiltPage {
      if (!shown) throw new Error("No page is shown");
      return shown;
    },
  };
}

/** `setData` takes paths, like `root.cn.[0].v`. */
function assign(data: Parts, path: string, value: unknown): void {
  const names = path.replaceAll(/\.?\[(\d+)\]/g, ".$1").split(".");
  const last = names.pop() ?? "";
  let target = data;
  for (const name of names) {
    target[name] ??= {};
    target = Object(target[name]);
  }
  target[last] = value;
}

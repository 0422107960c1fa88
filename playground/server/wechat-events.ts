import type { LoggedRequest } from "../../simulator/request-log.ts";
import type { EventHub } from "./events.ts";

/** Arrows to WeChat and back. */
export interface WeChatEvents {
  /** A call, as the simulator logs it. */
  called(request: LoggedRequest): void;
  /** The function that made the calls goes on, or has ended: it has their answers. */
  answered(): void;
}

/** The simulator tells of calls only: that their answers have come shows in what the function does next. */
export function weChatEvents(hub: EventHub): WeChatEvents {
  const open: (() => void)[] = [];
  return {
    called({ path, appId, errcode, trouble }) {
      const ended = hub.call({
        from: "login",
        to: "wechat",
        label: path.slice(path.lastIndexOf("/") + 1),
        details: { path, appid: appId, js_code: "code", secret: "AppSecret" },
      });
      const label =
        errcode === undefined ? "no verdict" : errcode === 0 ? "openid, session_key" : `errcode ${errcode}`;
      const ok = errcode === 0 && trouble === undefined;
      open.push(() => ended({ label, ok, details: { errcode, ...(trouble && { trouble }) } }));
    },

    answered() {
      for (const end of open.splice(0)) end();
    },
  };
}

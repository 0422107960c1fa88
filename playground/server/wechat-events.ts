import type { LoggedRequest } from "../../simulator/request-log.ts";
import type { EventHub } from "./events.ts";

/** Arrows to WeChat and back. */
export interface WeChatEvents {
  /** A call, as the simulator logs it. */
  called(request: LoggedRequest): void;
  /** The function that made the calls goes on, or has ended: it has their answers. */
  answered(): void;
}

/** What the simulator's log does not repeat. */
const calls: Readonly<Record<string, { readonly sent: object; readonly given: string }>> = {
  jscode2session: { sent: { js_code: "code", secret: "AppSecret" }, given: "openid, session_key" },
  stable_token: { sent: { secret: "AppSecret" }, given: "access_token" },
  getuserphonenumber: {
    sent: { access_token: "access_token", code: "phoneCode", openid: "openid" },
    given: "phone number",
  },
};

/** The simulator tells of calls only: that their answers have come shows in what the function does next. */
export function weChatEvents(hub: EventHub): WeChatEvents {
  const open: (() => void)[] = [];
  return {
    called({ path, appId, errcode, trouble }) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const { sent, given } = calls[name] ?? { sent: { access_token: "access_token" }, given: "ok" };
      const details = { path, appid: appId, ...sent };
      const ended = hub.call({ from: "login", to: "wechat", label: name, details });
      const label = errcode === undefined ? "no verdict" : errcode === 0 ? given : `errcode ${errcode}`;
      const ok = errcode === 0 && trouble === undefined;
      open.push(() => ended({ label, ok, details: { errcode, ...(trouble && { trouble }) } }));
    },

    answered() {
      for (const end of open.splice(0)) end();
    },
  };
}

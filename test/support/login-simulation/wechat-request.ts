import type { Answer } from "../../../functions/wechat/bounded-request.ts";
import type { Current } from "./current.ts";
import type { Trip } from "./network.ts";

const loginPath = "/sns/jscode2session";

/** WeChat as the functions speak to it, in the place of boundedRequest. */
export function weChatRequest(of: () => Current) {
  return (url: URL, _sockets: unknown, deadline: AbortSignal, body: object = {}): Promise<Answer> => {
    const { instance, outside } = of();
    const { network, wechat } = outside;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const over = () => instance.isDead || resolve({ kind: "timeout" });
    if (deadline.aborted) over();
    deadline.addEventListener("abort", over);
    const json = (value: unknown): Answer => ({
      kind: "json",
      value,
      date: new Date(outside.now()).toUTCString(),
    });
    const caller = { instance, by: instance.serves };
    const call = { path: url.pathname, query: url.searchParams, json: Object(body) };
    network
      .send<Answer>(instance, {
        ...(url.pathname === loginPath
          ? { to: "WeChat", what: "code2session" }
          : { to: "WeChat's server calls", what: url.pathname.slice(url.pathname.lastIndexOf("/") + 1) }),
        effect: () => json(wechat.answer(call, caller)),
        instead: refusals(url.pathname, json),
        patience: 60_000,
      })
      .then(resolve, () => resolve({ kind: "unavailable", why: "ECONNRESET" }))
      .finally(() => deadline.removeEventListener("abort", over));
    return promise;
  };
}

/** In which WeChat has done nothing. */
function refusals(path: string, json: (value: unknown) => Answer): NonNullable<Trip<Answer>["instead"]> {
  return {
    "refused for now": () => json({ errcode: -1, errmsg: "system error" }),
    conflict: () => json({ errcode: 45011, errmsg: "api minute-quota reach limit" }),
    "odd answer": () => ({ kind: "unavailable", why: "not JSON" }),
    // To checksession that is a yes.
    ...(path !== "/wxa/checksession" && { unprocessed: () => json({ errcode: 0, errmsg: "ok" }) }),
    blocked: () =>
      json(
        path === loginPath
          ? { errcode: 40226, errmsg: "code blocked" }
          : { errcode: 48001, errmsg: "api unauthorized" },
      ),
    "over the quota": () => json({ errcode: 45009, errmsg: "reach max api daily quota limit" }),
  };
}

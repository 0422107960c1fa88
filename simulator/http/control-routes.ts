import * as v from "valibot";
import { errcodes } from "../calls/errcodes.ts";
import { ControlError, fitting, flag, integer, readInput, stringOrNumber, text } from "../control-input.ts";
import type { Controls } from "../controls.ts";
import { readTrouble, troubleExample } from "../trouble.ts";

export interface ControlRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** A last segment in braces stands for any. */
  readonly path: string;
  readonly does: string;
  readonly body?: object;
  /** `segment`: the last one of the path. Throws a ControlError. */
  readonly run: (body: unknown, segment: string) => unknown;
}

/** What there is to control: the apps, and WeChat's calls as `GET /path`. */
export interface Offer {
  readonly appIds: readonly string[];
  readonly calls: readonly string[];
}

const phoneUser = v.strictObject({ user: text, appid: v.optional(text) });
const userChange = v.strictObject({
  blocked: v.optional(flag),
  phoneNumber: v.optional(fitting(/^\d{4,15}$/, "4 to 15 digits in a string")),
  countryCode: v.optional(stringOrNumber(/^[1-9]\d{0,3}$/, "1 to 4 digits, as a string or a number")),
  riskRank: v.optional(integer(0, 4)),
});
const count = integer(0, 1_000_000_000);
const appChange = v.strictObject({
  secret: v.optional(text),
  owner: v.optional(text),
  tokenLifetimeSeconds: v.optional(integer(301, 7200)),
  ipAllowlist: v.optional(v.array(text, "must be a list of addresses")),
  phoneQuota: v.optional(count),
  callsPerDay: v.optional(count),
});
const clockChange = v.strictObject({ forwardSeconds: integer(1, 366 * 86_400) });

/** The controls over HTTP, as `GET /_sim/` lists them. On the wire an AppId is WeChat's `appid`. */
export function controlRoutes(controls: Controls, { appIds, calls }: Offer): readonly ControlRoute[] {
  const login = { user: "alice", appid: appIds[0] };
  const onPhone = (act: (user: string, appId: string | undefined) => unknown) => ({
    body: login,
    run(body: unknown) {
      const { user, appid } = readInput(phoneUser, body, login);
      return act(user, appid);
    },
  });
  const person = { blocked: true, phoneNumber: "13800138000", countryCode: "86", riskRank: 4 };
  const app = { secret: "the-new-secret", phoneQuota: 0, tokenLifetimeSeconds: 345 };
  const clock = { forwardSeconds: 300 };
  const troubles = () => ({ pending: controls.troubles });
  const routes: readonly ControlRoute[] = [
    {
      method: "GET",
      path: "/_sim/",
      does: "this list, the apps, WeChat's calls and its errcodes",
      run: () => ({
        apps: appIds,
        calls,
        errcodes: Object.fromEntries(errcodes),
        controls: routes.map(({ method, path, does, body }) => ({ call: `${method} ${path}`, does, body })),
      }),
    },
    {
      method: "POST",
      path: "/_sim/login",
      does: "wx.login on that user's phone: a code for one exchange within 5 minutes; appid may be left out",
      ...onPhone((user, appId) => ({ code: controls.login(user, appId) })),
    },
    {
      method: "POST",
      path: "/_sim/phone",
      does: "a getPhoneNumber button on that user's phone: a code for the number, good once within 5 minutes",
      ...onPhone((user, appId) => controls.phone(user, appId)),
    },
    {
      method: "POST",
      path: "/_sim/userinfo",
      does: "wx.getUserInfo on that user's phone: open data under the present session_key",
      ...onPhone((user, appId) => controls.userInfo(user, appId)),
    },
    {
      method: "POST",
      path: "/_sim/werun",
      does: "wx.getWeRunData on that user's phone: the steps of a month, likewise",
      ...onPhone((user, appId) => controls.weRunData(user, appId)),
    },
    {
      method: "POST",
      path: "/_sim/users/{user}",
      does:
        "shows a user's identities and phone number, and changes what is given: blocked (40226), the number without " +
        "its country code, the country code as a string or a number, to be sent as such, the risk rank (0 to 4)",
      body: person,
      run(body, user) {
        if (user === "") throw new ControlError("user", "is missing in the path", "/_sim/users/alice");
        return controls.user(user, readInput(userChange, body, person));
      },
    },
    {
      method: "POST",
      path: "/_sim/apps/{appid}",
      does:
        "shows a mini-program, and changes what is given: the secret (the one before it is refused, 40125), the owner, " +
        "the life of new access_tokens, who may get one (40164; an empty list: everybody), how many phone numbers are " +
        "paid for (errno 1400001), how many calls a day (45009; 0: any number)",
      body: app,
      run: (body, appId) => controls.app(appId, readInput(appChange, body, app)),
    },
    {
      method: "POST",
      path: "/_sim/clock",
      does: "puts WeChat's clock ahead: codes and access_tokens get older, and quotas begin anew",
      body: clock,
      run(body) {
        controls.forward(readInput(clockChange, body, clock).forwardSeconds);
        return { now: new Date(controls.now).toISOString() };
      },
    },
    {
      method: "POST",
      path: "/_sim/trouble",
      does:
        "makes calls misbehave: one of errcode, status, body (html, truncated, oversize, no_openid), drop (before, " +
        "after); with any: latencyMs, drip { bytes, everyMs }, contentType, spendsCode, path, times",
      body: troubleExample,
      run(body) {
        controls.trouble(readTrouble(body));
        return troubles();
      },
    },
    { method: "GET", path: "/_sim/trouble", does: "troubles still to come", run: troubles },
    {
      method: "DELETE",
      path: "/_sim/trouble",
      does: "clears all troubles",
      run() {
        controls.clearTrouble();
        return troubles();
      },
    },
    {
      method: "GET",
      path: "/_sim/requests",
      does: "calls so far, without secrets; successful exchanges; calls per TCP connection",
      run: () => ({
        exchanges: controls.exchanges,
        connections: controls.connections,
        requests: controls.requests,
      }),
    },
  ];
  return routes;
}

import type { RefusalCode } from "../../contract/errors.ts";
import type { SecretTrial } from "../core/app-secret.ts";
import type { Person } from "../core/identity.ts";
import { type Facts, type Refusal, refused } from "../core/refusal.ts";
import { type Answer, boundedGet } from "./bounded-get.ts";
import { freshSockets } from "./fresh-sockets.ts";

/** WeChat counts by the minute. */
const rateLimitSeconds = 60;
const longestId = 128;

/**
 * What each errcode of jscode2session means to the caller. `alarm`: somebody must look, because it is our
 * configuration or our bug. `secret`: what it says of the AppSecret, which WeChat looks at before the code; nothing
 * unless said. Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
 * and WeChat's general list of return codes.
 */
const errcodes: Record<number, { code: RefusalCode; alarm?: true; secret?: SecretVerdict }> = {
  [-1]: { code: "wechat_busy" },
  40029: { code: "invalid_code", secret: "accepted" },
  40163: { code: "invalid_code", secret: "accepted" },
  40226: { code: "wechat_user_blocked" },
  45011: { code: "rate_limited" },
  // One user's, or everybody's where WeChat has frozen the AppId: no single answer tells, their share does.
  50002: { code: "wechat_user_blocked" },
  40013: { code: "not_configured", alarm: true, secret: "unknown_app" },
  40125: { code: "not_configured", alarm: true, secret: "refused" },
  40243: { code: "not_configured", alarm: true, secret: "frozen" },
  41002: { code: "not_configured", alarm: true },
  41004: { code: "not_configured", alarm: true },
  41008: { code: "wechat_unavailable", alarm: true },
};

type SecretVerdict = SecretTrial["verdict"];

/** What one call comes to: as it came over the network, and what it means. */
export interface Exchange {
  readonly answer: Answer;
  readonly verdict: Verdict;
}

export type Code2session = (
  appId: string,
  appSecret: string,
  code: string,
  deadline: AbortSignal,
) => Promise<Exchange>;

/** WeChat's code2session, one GET per call. `baseUrl`: `https://api.weixin.qq.com`, or a stand-in for it. */
export function code2session(
  baseUrl: string,
  now: () => number,
): { exchange: Code2session; connect: () => Promise<void> } {
  const endpoint = new URL("/sns/jscode2session", baseUrl);
  const sockets = freshSockets(endpoint.protocol, now);
  const exchange: Code2session = async (appId, appSecret, code, deadline) => {
    const url = new URL(endpoint);
    url.search = new URLSearchParams({
      appid: appId,
      secret: appSecret,
      js_code: code,
      grant_type: "authorization_code",
    }).toString();
    const answer = await boundedGet(url, sockets, deadline);
    return { answer, verdict: verdictOf(answer, appId) };
  };
  return { exchange, connect: () => sockets.open(endpoint) };
}

/** `secret`: what became known of the AppSecret. */
export type Verdict = { readonly errcode?: number; readonly secret: SecretVerdict } & (
  | { readonly person: Person; readonly refusal?: never }
  | { readonly person?: never; readonly refusal: Refusal }
);

function verdictOf(answer: Answer, appId: string): Verdict {
  if (answer.kind === "timeout") return { secret: "unknown", refusal: refused("wechat_timeout") };
  return answer.kind === "json" ? readVerdict(answer.value, appId) : unreadable(answer.why);
}

/** `errcode` is the verdict: WeChat refuses with HTTP 200 too. It may be absent, 0, a number or a numeric string. */
function readVerdict(answer: unknown, appId: string): Verdict {
  if (typeof answer !== "object" || answer === null) return unreadable("not an object");
  const { errcode, errmsg, openid, unionid } = answer as Record<string, unknown>;
  const verdict = errcode === undefined ? 0 : Number(errcode);
  if (!Number.isInteger(verdict)) return unreadable("errcode is not a number");
  if (verdict !== 0) return refusalFor(verdict, errmsg);
  if (!isId(openid)) return unreadable("no openid");
  return { secret: "accepted", person: { appId, openid, ...(isId(unionid) && { unionid }) } };
}

function refusalFor(errcode: number, errmsg: unknown): Verdict {
  const { code, alarm, secret = "unknown" } = errcodes[errcode] ?? { code: "wechat_unavailable" };
  // Support at WeChat asks for the rid.
  const rid = typeof errmsg === "string" ? /\brid: ([\w-]{1,64})/.exec(errmsg)?.[1] : undefined;
  const facts: Facts = { errcode, ...(rid && { rid }), ...(alarm && { alarm }) };
  return {
    errcode,
    secret,
    refusal: refused(code, {
      facts,
      ...(code === "rate_limited" && { retryAfter: rateLimitSeconds }),
    }),
  };
}

function unreadable(why: string): Verdict {
  return { secret: "unknown", refusal: refused("wechat_unavailable", { facts: { why } }) };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= longestId;
}

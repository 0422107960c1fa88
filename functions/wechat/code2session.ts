import * as v from "valibot";
import type { SecretVerdict } from "../../contract/diagnosis.ts";
import type { RefusalCode } from "../../contract/errors.ts";
import type { ExchangeVerdict } from "../core/code-exchange.ts";
import { type Facts, refused } from "../core/refusal.ts";
import { type Answer, boundedGet } from "./bounded-get.ts";
import { freshSockets } from "./fresh-sockets.ts";

const day = 86_400_000;
/** China has one time zone, UTC+8, and no summer time. */
const chinaAheadOfUtc = 8 * 3_600_000;

/** Seconds until WeChat may answer otherwise: it counts by the minute, and by the day, which ends at midnight in China. */
const waits: Partial<Record<RefusalCode, (now: number) => number>> = {
  rate_limited: () => 60,
  quota_exhausted: (now) => Math.ceil((day - ((now + chinaAheadOfUtc) % day)) / 1_000),
};

/** The owner has switched WeChat's API encryption on, and one of these says what it lacks. */
const encryptionErrcodes = Array.from({ length: 11 }, (_, index) => 40230 + index);

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
  45009: { code: "quota_exhausted" },
  45011: { code: "rate_limited" },
  // One user's, or everybody's where WeChat has frozen the AppId: no single answer tells, their share does.
  50002: { code: "wechat_user_blocked" },
  40013: { code: "not_configured", alarm: true, secret: "unknown_app" },
  40125: { code: "not_configured", alarm: true, secret: "refused" },
  40164: { code: "not_configured", alarm: true },
  40243: { code: "not_configured", alarm: true, secret: "frozen" },
  48001: { code: "not_configured", alarm: true },
  ...Object.fromEntries(
    encryptionErrcodes.map((errcode) => [errcode, { code: "not_configured", alarm: true }]),
  ),
  41002: { code: "not_configured", alarm: true },
  41004: { code: "not_configured", alarm: true },
  41008: { code: "wechat_unavailable", alarm: true },
};

/** Empty: there is none, or none that can be used. */
const id = v.fallback(
  v.pipe(
    v.string(),
    v.check(({ length }) => length <= 128),
  ),
  "",
);

/** `errcode` is the verdict: WeChat refuses with HTTP 200 too. It may be absent, 0, a number or a numeric string. */
const sessionAnswer = v.object(
  {
    errcode: v.nullish(
      v.pipe(
        v.union([v.number(), v.string()], "errcode is not a number"),
        v.transform(Number),
        v.check((value) => Number.isInteger(value), "errcode is not a number"),
      ),
      0,
    ),
    errmsg: v.fallback(v.string(), ""),
    openid: id,
    unionid: id,
  },
  "not an object",
);

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
    return { answer, verdict: verdictOf(answer, appId, now()) };
  };
  return { exchange, connect: () => sockets.open(endpoint) };
}

/** `secret`: what became known of the AppSecret. */
export type Verdict = ExchangeVerdict & { readonly errcode?: number };

function verdictOf(answer: Answer, appId: string, now: number): Verdict {
  if (answer.kind === "timeout") return { secret: "unknown", refusal: refused("wechat_timeout") };
  return answer.kind === "json" ? readVerdict(answer.value, appId, now) : unreadable(answer.why);
}

function readVerdict(value: unknown, appId: string, now: number): Verdict {
  const read = v.safeParse(sessionAnswer, value);
  if (!read.success) return unreadable(read.issues[0].message);
  const { errcode, errmsg, openid, unionid } = read.output;
  if (errcode !== 0) return refusalFor(errcode, errmsg, now);
  if (openid === "") return unreadable("no openid");
  return { secret: "accepted", person: { appId, openid, ...(unionid !== "" && { unionid }) } };
}

function refusalFor(errcode: number, errmsg: string, now: number): Verdict {
  const { code, alarm, secret = "unknown" } = errcodes[errcode] ?? { code: "wechat_unavailable" };
  // Support at WeChat asks for the rid.
  const rid = /\brid: ([\w-]{1,64})/.exec(errmsg)?.[1];
  const facts: Facts = { errcode, ...(rid && { rid }), ...(alarm && { alarm }) };
  const retryAfter = waits[code]?.(now);
  return {
    errcode,
    secret,
    refusal: refused(code, { facts, ...(retryAfter !== undefined && { retryAfter }) }),
  };
}

function unreadable(why: string): Verdict {
  return { secret: "unknown", refusal: refused("wechat_unavailable", { facts: { why } }) };
}

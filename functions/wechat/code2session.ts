import * as v from "valibot";
import type { ExchangeVerdict } from "../core/code-exchange.ts";
import { refused } from "../core/refusal.ts";
import { type Answer, boundedRequest } from "./bounded-request.ts";
import { errcodeMember, type Meanings, refusalOf, unreadable } from "./errcodes.ts";
import type { WeChatHost } from "./host.ts";

/**
 * What its errcodes mean at code2session.
 * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
 */
const errcodes: Meanings = {
  40029: { code: "invalid_code", secret: "accepted" },
  40163: { code: "invalid_code", secret: "accepted" },
  40226: { code: "wechat_user_blocked" },
  // One user's, or everybody's where WeChat has frozen the AppId: no single answer tells, their share does.
  50002: { code: "wechat_user_blocked" },
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

const sessionAnswer = v.object(
  {
    errcode: errcodeMember,
    errmsg: v.fallback(v.string(), ""),
    openid: id,
    unionid: id,
    session_key: id,
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

/** WeChat's code2session, one GET per call. Unless `withSessionKey`, nobody gets to see the session_key. */
export function code2session(
  { urlOf, sockets, now }: WeChatHost,
  withSessionKey = false,
): {
  exchange: Code2session;
  connect: () => Promise<void>;
} {
  const endpoint = urlOf("/sns/jscode2session");
  const exchange: Code2session = async (appId, appSecret, code, deadline) => {
    const url = new URL(endpoint);
    url.search = new URLSearchParams({
      appid: appId,
      secret: appSecret,
      js_code: code,
      grant_type: "authorization_code",
    }).toString();
    const answer = await boundedRequest(url, sockets, deadline);
    return { answer, verdict: verdictOf(answer, appId, now(), withSessionKey) };
  };
  return { exchange, connect: () => sockets.open(endpoint) };
}

/** `secret`: what became known of the AppSecret. */
export type Verdict = ExchangeVerdict & { readonly errcode?: number };

function verdictOf(answer: Answer, appId: string, now: number, withSessionKey: boolean): Verdict {
  if (answer.kind === "timeout") return { secret: "unknown", refusal: refused("wechat_timeout") };
  if (answer.kind === "unavailable") return unreadable(answer.why);
  const read = v.safeParse(sessionAnswer, answer.value);
  if (!read.success) return unreadable(read.issues[0].message);
  const { errcode, errmsg, openid, unionid, session_key } = read.output;
  if (errcode !== 0) return refusalOf(errcode, errmsg, now, errcodes);
  if (openid === "") return unreadable("no openid");
  return {
    secret: "accepted",
    person: { appId, openid, ...(unionid !== "" && { unionid }) },
    ...(withSessionKey && session_key !== "" && { sessionKey: session_key }),
  };
}

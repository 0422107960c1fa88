import type { Person } from "../core/identity.ts";
import type { WeChat } from "../core/login.ts";
import { type Facts, type Refusal, type RefusalCode, refused } from "../core/refusal.ts";
import type { AppSecrets } from "./app-secret.ts";
import { boundedGet } from "./bounded-get.ts";
import { freshSockets } from "./fresh-sockets.ts";

const invalidAppSecret = 40125;
/** WeChat counts by the minute. */
const rateLimitSeconds = 60;
const longestId = 128;

/**
 * What each errcode of jscode2session means to the caller. `alarm`: somebody must look, because it is our
 * configuration or our bug. Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
 * and WeChat's general list of return codes.
 */
const errcodes: Record<number, { code: RefusalCode; alarm?: true }> = {
  [-1]: { code: "wechat_busy" },
  40029: { code: "invalid_code" },
  40163: { code: "invalid_code" },
  40226: { code: "wechat_user_blocked" },
  45011: { code: "rate_limited" },
  50002: { code: "wechat_user_blocked", alarm: true },
  40013: { code: "not_configured", alarm: true },
  [invalidAppSecret]: { code: "not_configured", alarm: true },
  40243: { code: "not_configured", alarm: true },
  41002: { code: "not_configured", alarm: true },
  41004: { code: "not_configured", alarm: true },
  41008: { code: "wechat_unavailable", alarm: true },
};

export interface WeChatSettings {
  /** `https://api.weixin.qq.com`, or a stand-in for it. */
  readonly baseUrl: string;
  readonly appSecrets: AppSecrets;
  readonly now: () => number;
  /** For one exchange in all, in milliseconds; 3 s unless said otherwise. */
  readonly deadlineMs?: number;
}

/**
 * WeChat's code2session. Once bytes have left for WeChat the code counts as spent and is never sent again, with one
 * exception: 40125 does not spend it, so after a rotation the renewed secret is tried once.
 */
export function weChat({ baseUrl, appSecrets, now, deadlineMs = 3_000 }: WeChatSettings): WeChat & {
  /** Connects for the first exchange to come. */
  connect(): Promise<void>;
} {
  const endpoint = new URL("/sns/jscode2session", baseUrl);
  const sockets = freshSockets(endpoint.protocol, now);
  const workedBefore = new Set<string>();

  async function exchange(
    appId: string,
    secret: string,
    code: string,
    deadline: AbortSignal,
  ): Promise<Verdict> {
    const url = new URL(endpoint);
    url.search = new URLSearchParams({
      appid: appId,
      secret,
      js_code: code,
      grant_type: "authorization_code",
    }).toString();
    const answer = await boundedGet(url, sockets, deadline);
    if (answer.kind === "timeout") return { refusal: refused("wechat_timeout") };
    if (answer.kind === "unavailable") {
      return { refusal: refused("wechat_unavailable", { facts: { why: answer.why } }) };
    }
    return readVerdict(answer.value, appId);
  }

  return {
    connect: () => sockets.open(endpoint),

    async code2session(appId, code) {
      const secret = await appSecrets.current(appId);
      if (secret === undefined) {
        return refused("not_configured", {
          facts: { why: "no AppSecret: not set, or Secrets Manager did not answer", alarm: true },
        });
      }
      const deadline = AbortSignal.timeout(deadlineMs);
      let verdict = await exchange(appId, secret, code, deadline);
      if (verdict.errcode === invalidAppSecret) {
        const renewed = await appSecrets.renewed(appId);
        if (renewed !== undefined && renewed !== secret) {
          verdict = await exchange(appId, renewed, code, deadline);
        }
      }
      if (verdict.errcode === invalidAppSecret && workedBefore.has(appId)) {
        // A rotation is under way: soon the new secret is here. That is no reason to send people to support.
        return refused("wechat_unavailable", { facts: { errcode: invalidAppSecret, alarm: true } });
      }
      if (verdict.provesSecret) workedBefore.add(appId);
      return verdict.person ?? verdict.refusal;
    },
  };
}

type Verdict = { readonly errcode?: number; readonly provesSecret?: boolean } & (
  | { readonly person: Person; readonly refusal?: never }
  | { readonly person?: never; readonly refusal: Refusal }
);

/** `errcode` is the verdict: WeChat refuses with HTTP 200 too. It may be absent, 0, a number or a numeric string. */
function readVerdict(answer: unknown, appId: string): Verdict {
  if (typeof answer !== "object" || answer === null) return unreadable("not an object");
  const { errcode, errmsg, openid, unionid } = answer as Record<string, unknown>;
  const verdict = errcode === undefined ? 0 : Number(errcode);
  if (!Number.isInteger(verdict)) return unreadable("errcode is not a number");
  if (verdict !== 0) return refusalFor(verdict, errmsg);
  if (!isId(openid)) return unreadable("no openid");
  return { provesSecret: true, person: { appId, openid, ...(isId(unionid) && { unionid }) } };
}

function refusalFor(errcode: number, errmsg: unknown): Verdict {
  const row = errcodes[errcode] ?? { code: "wechat_unavailable" };
  // Support at WeChat asks for the rid.
  const rid = typeof errmsg === "string" ? /\brid: ([\w-]{1,64})/.exec(errmsg)?.[1] : undefined;
  const facts: Facts = { errcode, ...(rid && { rid }), ...(row.alarm && { alarm: true }) };
  return {
    errcode,
    provesSecret: row.code === "invalid_code",
    refusal: refused(row.code, {
      facts,
      ...(row.code === "rate_limited" && { retryAfter: rateLimitSeconds }),
    }),
  };
}

function unreadable(why: string): Verdict {
  return { refusal: refused("wechat_unavailable", { facts: { why } }) };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= longestId;
}

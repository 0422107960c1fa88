import type { WeChatContact } from "../../contract/diagnosis.ts";
import type { SecretTrials } from "../core/app-secret.ts";
import { outside } from "../runtime/invocation.ts";
import { code2session, type Exchange } from "./code2session.ts";
import { weChatHost } from "./host.ts";

/** Not what WeChat's codes are made of, so nobody ever gets it. */
const madeUpCode = "made-up-to-ask-about-the-secret-";

export interface SecretTrialSettings {
  /** `https://api.weixin.qq.com`, or a stand-in for it. */
  readonly baseUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds since whenever, and never backwards. */
  readonly clock: () => number;
  /** Milliseconds; 3 s, as long as a login waits, unless said otherwise. */
  readonly deadlineMs?: number;
}

/** Whether WeChat accepts an AppSecret: it looks at the secret before it looks at the code, so a made-up one tells. */
export function weChatSecretTrials({
  baseUrl,
  now,
  clock,
  deadlineMs = 3_000,
}: SecretTrialSettings): SecretTrials {
  const { exchange } = code2session(weChatHost(baseUrl, now));
  return {
    async ask(appId, appSecret) {
      const startedAt = clock();
      const trialDeadline = AbortSignal.timeout(deadlineMs);
      const { answer, verdict } = await outside("wechat", (deadline) =>
        exchange(appId, appSecret, madeUpCode, AbortSignal.any([trialDeadline, deadline])),
      );
      const contact = contactOf({ answer, verdict }, Math.round(clock() - startedAt), deadlineMs, now());
      const { errcode, secret } = verdict;
      return {
        verdict: secret,
        ...(errcode !== undefined && { errcode }),
        contact,
      };
    },
  };
}

function contactOf(
  { answer, verdict }: Exchange,
  milliseconds: number,
  deadlineMs: number,
  now: number,
): WeChatContact {
  if (answer.kind === "timeout") return { failed: `no answer within ${deadlineMs / 1_000} s` };
  if (answer.kind === "unavailable") return { failed: answer.why };
  // JSON that is neither a person nor an errcode: something answers in WeChat's place.
  if (verdict.errcode === undefined && verdict.secret === "unknown")
    return { failed: "an answer that is not WeChat's" };
  const aheadSeconds = Math.round((now - Date.parse(answer.date ?? "")) / 1_000);
  return { milliseconds, ...(Number.isFinite(aheadSeconds) && { aheadSeconds }) };
}

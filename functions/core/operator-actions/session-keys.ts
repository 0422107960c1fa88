import type { OperatorRefusal } from "../../../contract/operator-actions.ts";
import { identityKey } from "../identity.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import { appIdOf, type OperatorActions } from "./deps.ts";

export const sessionKeyActions = {
  async "sessionKey.check"({ of }, deps) {
    const appId = appIdOf(of.appId, deps);
    if (typeof appId === "object") return appId;
    if (!deps.openData) return notEnabled();
    const { sessionKeys, present } = deps.openData;
    const identity = { appId, openid: of.openid };
    const kept = await sessionKeys.find(identityKey(identity));
    if (kept.length === 0) return { identity, state: "none" };
    const answer = await withPresentOne(kept, (key) => present.check(identity, key));
    if (answer && isRefusal(answer)) return notAnswered(answer);
    return { identity, state: answer ? "valid" : "stale" };
  },

  async "sessionKey.reset"({ of }, deps) {
    const appId = appIdOf(of.appId, deps);
    if (typeof appId === "object") return appId;
    if (!deps.openData) return notEnabled();
    const { sessionKeys, present } = deps.openData;
    const identity = { appId, openid: of.openid };
    const key = identityKey(identity);
    const kept = await sessionKeys.find(key);
    const answer = await withPresentOne(kept, (it) => present.reset(identity, it));
    if (!answer) {
      return {
        refused: "no_session_key",
        detail: "No session_key of this identity is kept that is the present one at WeChat.",
      };
    }
    if (isRefusal(answer)) return notAnswered(answer);
    await sessionKeys.replace(key, answer.sessionKey, kept);
    return { identity };
  },
} satisfies Partial<OperatorActions>;

/** WeChat alone knows which of them that is; undefined: none. */
async function withPresentOne<T extends object>(
  sessionKeys: readonly string[],
  ask: (sessionKey: string) => Promise<T | Refusal>,
): Promise<T | Refusal | undefined> {
  for (const sessionKey of sessionKeys) {
    const answer = await ask(sessionKey);
    if (!("refused" in answer) || answer.refused !== "session_key_stale") return answer;
  }
  return undefined;
}

function notEnabled(): OperatorRefusal {
  return {
    refused: "not_enabled",
    detail: "This deployment keeps no session_keys: its prop sessionKeys is not set.",
  };
}

function notAnswered({ refused, facts }: Refusal): OperatorRefusal {
  const errcode = facts?.errcode === undefined ? "" : `, errcode ${facts.errcode}`;
  return {
    refused: "wechat_unavailable",
    detail: `WeChat did not do it (${refused}${errcode}). Nothing was stored.`,
  };
}

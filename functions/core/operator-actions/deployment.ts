import type { OperatorRefusal } from "../../../contract/operator-actions.ts";
import { refreshAccessToken } from "../access-token-administration.ts";
import { rotateAppSecret, type SecretTrial } from "../app-secret.ts";
import { diagnose } from "../diagnosis.ts";
import { iso } from "../iso.ts";
import type { Refusal } from "../refusal.ts";
import { appIdOf, type OperatorActions } from "./deps.ts";

export const deploymentActions = {
  async "secret.set"({ appId: asked, appSecret }, deps) {
    const appId = appIdOf(asked, deps);
    if (typeof appId === "object") return appId;
    await deps.appSecrets.set(appId, appSecret);
    return { appId };
  },

  async "secret.rotate"({ appId: asked, appSecret }, deps) {
    const appId = appIdOf(asked, deps);
    if (typeof appId === "object") return appId;
    const trial = await rotateAppSecret(appId, appSecret, deps);
    return trial.verdict === "accepted" ? { appId } : notProven(appId, trial);
  },

  async "token.refresh"({ appId: asked }, deps) {
    const appId = appIdOf(asked, deps);
    if (typeof appId === "object") return appId;
    const askedAt = deps.now();
    const verdict = await refreshAccessToken(appId, deps);
    if (verdict === undefined) return notRefreshed(`There is no AppSecret of ${appId} to ask with.`);
    if (verdict.refusal) return notRefreshed(whyNot(appId, verdict.refusal));
    return { appId, expiresAt: iso(askedAt + verdict.expiresInSeconds * 1_000) };
  },

  async "doctor.check"(_request, deps) {
    const diagnosis = await diagnose(deps);
    return { now: iso(deps.now()), url: deps.weChatUrl, ...diagnosis };
  },
} satisfies Partial<OperatorActions>;

function notRefreshed(detail: string): OperatorRefusal {
  return { refused: "token_not_refreshed", detail };
}

function whyNot(appId: string, { refused, facts: { errcode, address } = {} }: Refusal): string {
  switch (errcode) {
    case undefined:
      return refused === "wechat_timeout"
        ? "WeChat did not answer in time: whether it has issued another one is not known."
        : "WeChat could not be reached.";
    case 40164:
      return `WeChat gives no access token to ${address ?? "this address"}: it is not on the IP list of ${appId}.`;
    case 45009:
      return "WeChat has done so 20 times today, which is the most.";
    case 45011:
      return "WeChat does so every 30 s at most: wait, and run it again.";
    default:
      return `WeChat refuses it for ${appId} (errcode ${errcode}).`;
  }
}

function notProven(appId: string, { verdict, errcode, contact }: SecretTrial): OperatorRefusal {
  const nothingStored = `(errcode ${errcode}). Nothing was stored.`;
  switch (verdict) {
    case "refused":
      return secretRefused(`WeChat refuses this AppSecret for ${appId} ${nothingStored}`);
    case "unknown_app":
      return secretRefused(`WeChat knows no AppId ${appId} ${nothingStored}`);
    case "frozen":
      return secretRefused(`WeChat has frozen the AppSecret of ${appId} ${nothingStored}`);
    default:
      return {
        refused: "wechat_unavailable",
        detail:
          "failed" in contact
            ? `WeChat could not be reached (${contact.failed}) and asked about the AppSecret. Nothing was stored.`
            : `WeChat said neither yes nor no to the AppSecret ${nothingStored}`,
      };
  }
}

function secretRefused(detail: string): OperatorRefusal {
  return { refused: "app_secret_refused", detail };
}

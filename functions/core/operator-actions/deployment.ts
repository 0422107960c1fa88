import type { OperatorRefusal } from "../../../contract/operator-actions.ts";
import { rotateAppSecret, type SecretTrial } from "../app-secret.ts";
import { diagnose } from "../diagnosis.ts";
import { iso } from "../iso.ts";
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

  async "doctor.check"(_request, deps) {
    const diagnosis = await diagnose(deps);
    return { now: iso(deps.now()), url: deps.weChatUrl, ...diagnosis };
  },
} satisfies Partial<OperatorActions>;

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

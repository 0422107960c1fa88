import { rotateAppSecret, type SecretTrial } from "../core/app-secret.ts";
import { diagnose } from "../core/diagnosis.ts";
import { iso } from "../runtime/answer.ts";
import { type Actions, appIdOf, type Refused, refuse } from "./needs.ts";

export const deploymentActions: Actions<"secret.set" | "secret.rotate" | "doctor.check"> = {
  async "secret.set"({ appId: asked, appSecret }, needs) {
    const appId = appIdOf(asked, needs);
    if (typeof appId === "object") return appId;
    await needs.appSecrets.set(appId, appSecret);
    return { appId };
  },

  async "secret.rotate"({ appId: asked, appSecret }, needs) {
    const appId = appIdOf(asked, needs);
    if (typeof appId === "object") return appId;
    const trial = await rotateAppSecret(appId, appSecret, needs);
    return trial.verdict === "accepted" ? { appId } : notProven(appId, trial);
  },

  async "doctor.check"(_request, needs) {
    const diagnosis = await diagnose(needs);
    return { now: iso(needs.now()), url: needs.weChatUrl, ...diagnosis };
  },
};

function notProven(appId: string, { verdict, errcode, contact }: SecretTrial): Refused {
  const said = `(errcode ${errcode}). Nothing was stored.`;
  switch (verdict) {
    case "refused":
      return refuse("app_secret_refused", `WeChat refuses this AppSecret for ${appId} ${said}`);
    case "unknown_app":
      return refuse("app_secret_refused", `WeChat knows no AppId ${appId} ${said}`);
    case "frozen":
      return refuse("app_secret_refused", `WeChat has frozen the AppSecret of ${appId} ${said}`);
    default:
      return refuse(
        "wechat_unavailable",
        "failed" in contact
          ? `WeChat could not be reached (${contact.failed}) and asked about the AppSecret. Nothing was stored.`
          : `WeChat said neither yes nor no to the AppSecret ${said}`,
      );
  }
}

import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import type { AppSecret, AppSecrets, StoredSecret } from "../core/app-secret.ts";
import { outside } from "../runtime/invocation.ts";

/** Asked for anew after this long, so that a rotation reaches warm instances by itself. */
const freshForMs = 5 * 60_000;
/** While Secrets Manager does not answer, logins do not all wait for it to time out. */
const askAgainAfterMs = 30_000;
/** How old a value may get while Secrets Manager does not answer. */
const usableForMs = 12 * 3_600_000;

/**
 * The staging label of a version that WeChat had accepted when it was stored. A label is on one version at a time, so
 * it leaves the value before it by itself, and a value that is put without it has not got it.
 */
export const provenLabel = "WEAPP_LOGIN_PROVEN";

/** The current value. Rejects with the SDK's error where Secrets Manager does not give one. */
export async function readAppSecret(
  client: Pick<SecretsManagerClient, "send">,
  SecretId: string | undefined,
): Promise<StoredSecret> {
  const { SecretString, VersionStages = [] } = await outside("secret", (abortSignal) =>
    client.send(new GetSecretValueCommand({ SecretId }), { abortSignal }),
  );
  const value = SecretString?.trim();
  if (!value) return { state: "missing" };
  if (value === appSecretPlaceholder) return { state: "placeholder" };
  return { state: "set", value, proven: VersionStages.includes(provenLabel) };
}

interface Cached {
  readonly secret: AppSecret;
  readonly loadedAt: number;
  readonly askAgainAt: number;
}

/**
 * AppSecrets by AppId, from Secrets Manager, kept for the life of the instance. Concurrent callers share one load; a
 * failed load is not remembered, and neither is the placeholder, so that a secret set later works at the next login.
 */
export function secretsManagerAppSecrets(
  client: Pick<SecretsManagerClient, "send">,
  secretArns: Record<string, string>,
  now: () => number,
): AppSecrets {
  const cache = new Map<string, Cached>();
  const loading = new Map<string, Promise<AppSecret | undefined>>();

  async function load(appId: string): Promise<AppSecret | undefined> {
    const stored = await readAppSecret(client, secretArns[appId]);
    if (stored.state !== "set") {
      cache.delete(appId);
      return undefined;
    }
    const { value, proven } = stored;
    const secret = { value, proven };
    cache.set(appId, { secret, loadedAt: now(), askAgainAt: now() + freshForMs });
    return secret;
  }

  async function renewed(appId: string): Promise<AppSecret | undefined> {
    const underWay = loading.get(appId) ?? load(appId);
    loading.set(appId, underWay);
    try {
      return await underWay;
    } catch {
      const last = cache.get(appId);
      if (!last || now() - last.loadedAt >= usableForMs) return undefined;
      const askAgainAt = Math.min(now() + askAgainAfterMs, last.loadedAt + usableForMs);
      cache.set(appId, { ...last, askAgainAt });
      return last.secret;
    } finally {
      loading.delete(appId);
    }
  }

  return {
    renewed,
    async current(appId) {
      const cached = cache.get(appId);
      return cached && now() < cached.askAgainAt ? cached.secret : renewed(appId);
    },
  };
}

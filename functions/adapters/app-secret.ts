import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { appSecretPlaceholder } from "../environment.ts";

/** Asked for anew after this long, so that a rotation reaches warm instances by itself. */
const freshForMs = 5 * 60_000;
/** While Secrets Manager does not answer, logins do not all wait for it to time out. */
const askAgainAfterMs = 30_000;
/** How old a value may get while Secrets Manager does not answer. */
const usableForMs = 12 * 3_600_000;

export interface AppSecrets {
  /** The AppSecret; undefined where it is missing, empty or still the placeholder, or cannot be had. */
  current(appId: string): Promise<string | undefined>;
  /** Asks Secrets Manager now: for when WeChat has refused the value that `current` gave. */
  renewed(appId: string): Promise<string | undefined>;
}

interface Cached {
  readonly value: string;
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
  const loading = new Map<string, Promise<string | undefined>>();

  async function load(appId: string): Promise<string | undefined> {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArns[appId] }));
    const value = SecretString?.trim();
    if (!value || value === appSecretPlaceholder) {
      cache.delete(appId);
      return undefined;
    }
    cache.set(appId, { value, loadedAt: now(), askAgainAt: now() + freshForMs });
    return value;
  }

  async function renewed(appId: string): Promise<string | undefined> {
    const underWay = loading.get(appId) ?? load(appId);
    loading.set(appId, underWay);
    try {
      return await underWay;
    } catch {
      const last = cache.get(appId);
      if (!last || now() - last.loadedAt >= usableForMs) return undefined;
      const askAgainAt = Math.min(now() + askAgainAfterMs, last.loadedAt + usableForMs);
      cache.set(appId, { ...last, askAgainAt });
      return last.value;
    } finally {
      loading.delete(appId);
    }
  }

  return {
    renewed,
    async current(appId) {
      const cached = cache.get(appId);
      return cached && now() < cached.askAgainAt ? cached.value : renewed(appId);
    },
  };
}

import type { AccessTokenState } from "../../contract/diagnosis.ts";
import type { StableToken, TokenVerdict } from "./access-token.ts";
import type { AppSecretStore } from "./app-secret.ts";
import { StoreUnavailable } from "./refusal.ts";

export interface AccessTokenAdministration {
  readonly appSecrets: AppSecretStore;
  readonly stableToken: StableToken;
}

/** Has WeChat end the token and issue another, for everybody. Undefined: there is no AppSecret to ask with. */
export async function refreshAccessToken(
  appId: string,
  { appSecrets, stableToken }: AccessTokenAdministration,
): Promise<TokenVerdict | undefined> {
  const stored = await appSecrets.read(appId);
  return stored.state === "set" ? stableToken.ask(appId, stored.value, true) : undefined;
}

/** Asks as the functions ask, which gives the token that everybody has, and ends none. */
export async function diagnoseAccessToken(
  appId: string,
  { appSecrets, stableToken }: AccessTokenAdministration,
): Promise<AccessTokenState> {
  const stored = await appSecrets.read(appId).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    return undefined;
  });
  if (stored?.state !== "set") return { appId, state: "no secret" };
  const { refusal } = await stableToken.ask(appId, stored.value);
  if (!refusal) return { appId, state: "given" };
  const { errcode, address } = refusal.facts ?? {};
  return {
    appId,
    state: "refused",
    ...(typeof errcode === "number" && { errcode }),
    ...(typeof address === "string" && { address }),
  };
}

import type { RefusalCode } from "./errors.ts";

/** The variable by which an owner's Lambda finds the function that lends the access token. */
export const accessTokenVariable = "WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION";

/**
 * What that function is asked, by Lambda's Invoke with IAM. `appId` may be left out where the deployment has only one.
 * `refused`: a token that WeChat did not take (40001, 40014, 42001): another one is asked for.
 */
export interface AccessTokenQuestion {
  readonly appId?: string;
  readonly refused?: string;
}

/** What it answers. `expiresAt`: ISO 8601, UTC. `detail`: in words for the owner; never holds anything secret. */
export type AccessTokenAnswer =
  | { readonly appId: string; readonly accessToken: string; readonly expiresAt: string }
  | { readonly refused: RefusalCode | "invalid_request"; readonly detail: string };

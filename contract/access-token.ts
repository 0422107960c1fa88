import * as v from "valibot";
import type { RefusalCode } from "./errors.ts";
import { type Immutable, id } from "./schema.ts";

/** The variable by which an owner's Lambda finds the function that lends the access token. */
export const accessTokenVariable = "WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION";

/** What the access-token function is asked, by Lambda's Invoke with IAM. */
export const accessTokenQuestion = v.object({
  /** May be left out where the deployment has only one. */
  appId: v.exactOptional(id),
  /** A token that WeChat did not take (40001, 40014, 42001): another one is asked for. */
  refused: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(4_096))),
});

export type AccessTokenQuestion = Immutable<v.InferOutput<typeof accessTokenQuestion>>;

/** What it answers. `expiresAt`: ISO 8601, UTC. `detail`: in words for the owner; never holds anything secret. */
export type AccessTokenAnswer =
  | { readonly appId: string; readonly accessToken: string; readonly expiresAt: string }
  | { readonly refused: RefusalCode | "invalid_request"; readonly detail: string };

import { createHmac } from "node:crypto";
import * as v from "valibot";
import { withAccessToken } from "../core/access-token.ts";
import type { AccessTokens } from "../core/access-token-cache.ts";
import type { Identity } from "../core/identity.ts";
import type { PresentSessionKeys } from "../core/session-key.ts";
import type { ServerCalls } from "./server-call.ts";

const checked = v.pipe(
  v.object({}),
  v.transform(() => ({ valid: true as const })),
);
const reset = v.pipe(
  v.object({ session_key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)) }),
  v.transform(({ session_key }) => ({ sessionKey: session_key })),
);

/**
 * `GET /wxa/checksession` and `GET /wxa/resetusersessionkey`. The session_key itself is not sent: it signs the empty string,
 * as the text that it is.
 * Source: https://developers.weixin.qq.com/miniprogram/dev/server/API/user-login/api_checksessionkey and
 * api_resetusersessionkey
 */
export function presentSessionKeys({ askWithToken }: ServerCalls, tokens: AccessTokens): PresentSessionKeys {
  const ask = <T extends object>(
    path: string,
    { appId, openid }: Identity,
    sessionKey: string,
    schema: v.GenericSchema<unknown, T>,
  ) => {
    const signature = createHmac("sha256", sessionKey).update("").digest("hex");
    const query = { openid, signature, sig_method: "hmac_sha256" };
    const errcodes = { 87009: { code: "session_key_stale" } } as const;
    return withAccessToken(tokens, appId, (token) => askWithToken({ path, query, schema, errcodes }, token));
  };
  return {
    check: (identity, sessionKey) => ask("/wxa/checksession", identity, sessionKey, checked),
    reset: (identity, sessionKey) => ask("/wxa/resetusersessionkey", identity, sessionKey, reset),
  };
}

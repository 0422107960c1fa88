import type { App } from "../state/apps.ts";
import { sessionSignature } from "../state/open-data.ts";
import type { State } from "../state/state.ts";
import type { Login, User } from "../state/users.ts";
import { appOfToken } from "./app-of-token.ts";
import type { Refusal, WeChatRequest } from "./call.ts";

/**
 * Reads `access_token&openid&signature&sig_method=hmac_sha256`, with which a server proves that it has a user's present
 * session_key without sending it: the signature of the empty string. Or says what is wrong: what `appOfToken` says, 41009,
 * 40003 (the openid), 87008 (sig_method), 87009 (another session_key).
 */
export function signedSession(
  state: State,
  request: WeChatRequest,
): { app: App; user: User; login: Login } | Refusal {
  const access = appOfToken(state, request);
  if ("errcode" in access) return access;
  const { app } = access;
  const { query } = request;
  const openid = query.get("openid");
  if (!openid) return { errcode: 41009 };
  const known = state.users.withOpenid(openid);
  if (known?.app !== app) return { errcode: 40003 };
  if (query.get("sig_method") !== "hmac_sha256") return { errcode: 87008 };
  const login = known.user.logins.get(app);
  return login !== undefined && query.get("signature") === sessionSignature("", login.sessionKey)
    ? { app, user: known.user, login }
    : { errcode: 87009 };
}

import { sessionSignature } from "./open-data.ts";
import type { App, User, World } from "./world.ts";

/**
 * Reads `access_token&openid&signature&sig_method=hmac_sha256`, with which a server proves that it has a user's
 * session_key without sending it: the signature of the empty string. The app and the user, or what is wrong: 41001,
 * 40001, 42001 (the access_token), 41009, 40003 (the openid), 87008 (sig_method), 87009 (no valid session_key).
 */
export function signedSession(
  world: World,
  query: URLSearchParams,
): { app: App; user: User } | { errcode: number } {
  const access = world.tokens.check(query.get("access_token"));
  if ("errcode" in access) return access;
  const { app } = access;
  const openid = query.get("openid");
  if (!openid) return { errcode: 41009 };
  const user = world.userOf(app, openid);
  if (user === undefined) return { errcode: 40003 };
  if (query.get("sig_method") !== "hmac_sha256") return { errcode: 87008 };
  const sessionKey = world.sessionKey(app, user);
  const valid = sessionKey !== undefined && query.get("signature") === sessionSignature("", sessionKey);
  return valid ? { app, user } : { errcode: 87009 };
}

import type { App } from "../state/apps.ts";
import type { State } from "../state/state.ts";
import type { Refusal, WeChatRequest } from "./call.ts";

/**
 * The app in whose name a call with an access_token is made, or why it may not be: 41001, 40001, 42001 (the token), 45009
 * (the day's calls are used up).
 */
export function appOfToken(state: State, { path, query }: WeChatRequest): { app: App } | Refusal {
  const access = state.tokens.check(query.get("access_token"));
  if ("errcode" in access) return access;
  return state.withinDay(path, access.app) ? access : { errcode: 45009 };
}

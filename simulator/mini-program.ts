import type { App } from "./state/apps.ts";
import {
  type EncryptedData,
  type OpenData,
  openDataOf,
  type Sealing,
  weRunDataOf,
} from "./state/open-data.ts";
import type { State } from "./state/state.ts";
import type { User } from "./state/users.ts";

/** `e.detail` of a getPhoneNumber button: a `code`, or an `errno`. */
export interface PhoneButtonDetail {
  readonly code?: string;
  readonly errMsg: string;
  readonly errno?: number;
}

/**
 * wx.login on the user's phone: a code of 32 characters. The session_key changes now and not at the exchange, as WeChat
 * warns: what a server keeps from an earlier code is stale from here on.
 */
export function wxLogin(state: State, app: App, user: User): string {
  const login = { sessionKey: state.newSessionKey(), at: state.now() };
  user.logins.set(app, login);
  // Codes seen in the wild have letters and digits only; 24 bytes are 32 characters of base64url.
  const code = state.random(24).toString("base64url").replaceAll("-", "0").replaceAll("_", "1");
  return state.loginCodes.add(code, { app, user, issuedAt: login.at, login });
}

/** A getPhoneNumber button on the user's phone: a code of 64 hex digits, or 1400001 if no number is paid for any more. */
export function pressPhoneButton(state: State, app: App, user: User): PhoneButtonDetail {
  // The errno is documented, the words are not.
  if (app.phoneQuota === 0) return { errMsg: "getPhoneNumber:fail quota exceeded", errno: 1400001 };
  const code = state.random(32).toString("hex");
  state.phoneCodes.add(code, { app, user, issuedAt: state.now() });
  return { code, errMsg: "getPhoneNumber:ok" };
}

/** wx.getUserInfo on the user's phone, under the present session_key; undefined before the first wx.login. */
export function getUserInfo(state: State, app: App, user: User): OpenData | undefined {
  const sealing = sealingOf(state, app, user);
  return sealing && openDataOf(app, user, sealing);
}

/** wx.getWeRunData on the user's phone: the steps of a month, likewise. */
export function getWeRunData(state: State, app: App, user: User): EncryptedData | undefined {
  const sealing = sealingOf(state, app, user);
  return sealing && weRunDataOf(app, user, sealing);
}

function sealingOf(state: State, app: App, user: User): Sealing | undefined {
  const login = user.logins.get(app);
  if (login === undefined) return undefined;
  const seconds = Math.floor(state.now() / 1000);
  return { sessionKey: login.sessionKey, seconds, iv: state.random(16) };
}

import { ControlError } from "./control-input.ts";
import {
  getUserInfo,
  getWeRunData,
  type PhoneButtonDetail,
  pressPhoneButton,
  wxLogin,
} from "./mini-program.ts";
import type { LoggedRequest } from "./request-log.ts";
import type { App, AppSettings } from "./state/apps.ts";
import type { EncryptedData, OpenData } from "./state/open-data.ts";
import type { State } from "./state/state.ts";
import { type Identity, identityOf } from "./state/users.ts";
import type { PendingTrouble, Trouble, Troubles } from "./trouble.ts";

/** What can be changed about a user. */
export interface UserChange {
  readonly blocked?: boolean | undefined;
  /** Without the country code. */
  readonly phoneNumber?: string | undefined;
  /** Sent as the string or the number that it is. */
  readonly countryCode?: string | number | undefined;
  /** 0 to 4. */
  readonly riskRank?: number | undefined;
}

/** A user as the controls show one, with who that is to each app. */
export interface UserView {
  readonly user: string;
  readonly blocked: boolean;
  readonly phoneNumber: string;
  readonly countryCode: string | number;
  readonly riskRank: number;
  readonly identities: readonly ({ readonly appId: string } & Identity)[];
}

/** What can be changed about an app; what is left out stays. */
export type AppChange = { readonly [Name in keyof AppSettings]?: AppSettings[Name] | undefined };

/** An app as the controls show one: without its secret. */
export type AppView = Readonly<Omit<App, "secret">>;

/**
 * What a test or a developer can do to the simulated WeChat. All of it throws a ControlError that names the field
 * when it cannot be done. `appId` is the first app's if left out; a user exists from the first mention on.
 */
export interface Controls {
  /** wx.login on the user's phone: a code, good for one exchange within 5 minutes. It changes the session_key. */
  login(user: string, appId?: string): string;
  /** A getPhoneNumber button on the user's phone: a code, good once within 5 minutes, or an errno. */
  phone(user: string, appId?: string): PhoneButtonDetail;
  /** wx.getUserInfo on the user's phone, under the present session_key. Throws before the first wx.login. */
  userInfo(user: string, appId?: string): OpenData;
  /** wx.getWeRunData on the user's phone: the steps of a month, likewise. */
  weRunData(user: string, appId?: string): EncryptedData;
  /** Changes what is given about a user, and shows the user. */
  user(name: string, change?: UserChange): UserView;
  /** Changes what is given about an app, and shows it. A secret before it is refused at once: an app has one. */
  app(appId: string, change?: AppChange): AppView;
  /** Puts WeChat's clock ahead: codes and access_tokens get older, and quotas begin anew. */
  forward(seconds: number): void;
  /** WeChat's time, in milliseconds since 1970. */
  readonly now: number;
  /** Makes calls misbehave; see `Trouble`. */
  trouble(trouble: Trouble): void;
  clearTrouble(): void;
  /** The troubles still to come. */
  readonly troubles: readonly PendingTrouble[];
  /** The user's present session_key; undefined before the first wx.login. In-process only, on purpose. */
  sessionKey(user: string, appId?: string): string | undefined;
  /** The calls so far, oldest first, the last 10,000; a live array. Controls are not logged. */
  readonly requests: readonly LoggedRequest[];
  /** Successful exchanges of a code of wx.login so far. */
  readonly exchanges: number;
  /** Requests to WeChat's paths over each TCP connection, in the order of acceptance; a live array. */
  readonly connections: readonly number[];
}

interface ControlsDeps {
  readonly state: State;
  readonly troubles: Troubles;
  readonly requests: readonly LoggedRequest[];
  readonly connections: readonly number[];
}

/** The one implementation of the controls; HTTP is a layer on it. */
export function createControls({ state, troubles, requests, connections }: ControlsDeps): Controls {
  const { apps, users } = state;

  function appOf(appId: string | undefined): App {
    const app = apps.find(appId);
    if (app !== undefined) return app;
    // The value is not repeated: it may be a secret in the wrong place.
    throw new ControlError("appid", `is not an app of this simulator (${apps.appIds.join(", ")})`, {
      appid: apps.appIds[0],
    });
  }

  function orNoKey<T>(user: string, openData: T | undefined): T {
    if (openData !== undefined) return openData;
    throw new ControlError("user", "has no session_key yet: log this user in first", { user });
  }

  return {
    login: (user, appId) => wxLogin(state, appOf(appId), users.named(user)),
    phone: (user, appId) => pressPhoneButton(state, appOf(appId), users.named(user)),
    userInfo: (user, appId) => orNoKey(user, getUserInfo(state, appOf(appId), users.named(user))),
    weRunData: (user, appId) => orNoKey(user, getWeRunData(state, appOf(appId), users.named(user))),
    user(name, { blocked, phoneNumber, countryCode, riskRank } = {}) {
      const user = users.named(name);
      if (blocked !== undefined) user.blocked = blocked;
      if (phoneNumber !== undefined) user.phoneNumber.digits = phoneNumber;
      if (countryCode !== undefined) user.phoneNumber.countryCode = countryCode;
      if (riskRank !== undefined) user.riskRank = riskRank;
      return {
        user: name,
        blocked: user.blocked,
        phoneNumber: user.phoneNumber.digits,
        countryCode: user.phoneNumber.countryCode,
        riskRank: user.riskRank,
        identities: [...apps].map((app) => ({ appId: app.appId, ...identityOf(app, user) })),
      };
    },
    app(appId, change = {}) {
      const app = appOf(appId);
      Object.assign(
        app,
        Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      );
      const { secret: _, ...view } = app;
      return view;
    },
    forward: (seconds) => state.forward(seconds * 1000),
    get now() {
      return state.now();
    },
    trouble: (trouble) => troubles.add(trouble),
    clearTrouble: () => troubles.clear(),
    get troubles() {
      return troubles.pending;
    },
    sessionKey: (user, appId) => users.named(user).logins.get(appOf(appId))?.sessionKey,
    requests,
    get exchanges() {
      return state.exchanges;
    },
    connections,
  };
}

import { ControlError } from "./control-input.ts";
import type { OpenData } from "./open-data.ts";
import type { LoggedRequest } from "./request-log.ts";
import type { PendingTrouble, Trouble, Troubles } from "./trouble.ts";
import type { Identity, World } from "./world.ts";

/** A user as the controls show one, with who that is to each app. */
export type UserView = {
  user: string;
  blocked: boolean;
  phoneNumber: string;
  countryCode: string | number;
  identities: ({ appid: string } & Identity)[];
};

/** What can be changed about a user; `phoneNumber` is without the country code, which is sent as the type it has. */
export type UserChange = {
  blocked?: boolean | undefined;
  phoneNumber?: string | undefined;
  countryCode?: string | number | undefined;
};

/**
 * What a test or a developer can do to the simulated WeChat. All of it throws a ControlError that names the field
 * when it cannot be done. `appid` is the first app's if left out; a user exists from the first mention on.
 */
export type Controls = {
  /** wx.login on the user's phone: a code, good for one exchange within 5 minutes. */
  login(user: string, appid?: string): string;
  /** A getPhoneNumber button on the user's phone: a code for the phone number, good once within 5 minutes. */
  phone(user: string, appid?: string): string;
  /** wx.getUserInfo on the user's phone, under the present session_key. Throws before the first exchange of a code. */
  userInfo(user: string, appid?: string): OpenData;
  /** Gives the app a new secret. The one before it is refused at once: an app has one. */
  rotateSecret(appid: string, secret: string): void;
  /** Binds the app to an Open Platform account: from now on WeChat sends a unionid. */
  bindToOwner(appid: string, owner: string): void;
  /** Shows a user; `blocked: true` makes WeChat refuse the person (40226) until `false`. */
  user(name: string, change?: UserChange): UserView;
  /** Puts WeChat's clock ahead: codes and access_tokens get older, and quotas begin anew. */
  forward(seconds: number): void;
  /** WeChat's time, in milliseconds since 1970. */
  readonly now: number;
  /** Makes calls misbehave; see `Trouble`. */
  trouble(trouble: Trouble): void;
  clearTrouble(): void;
  /** The troubles still to come. */
  readonly troubles: readonly PendingTrouble[];
  /** The session_key that is valid now; undefined before the first exchange. In-process only, on purpose. */
  sessionKey(user: string, appid?: string): string | undefined;
  /** The calls so far, oldest first, the last 10,000; a live array. Controls are not logged. */
  readonly requests: readonly LoggedRequest[];
  /** Successful exchanges of a code so far. */
  readonly exchanges: number;
  /** Requests to WeChat's paths over each TCP connection, in the order of acceptance; a live array. */
  readonly connections: readonly number[];
};

type Needs = {
  world: World;
  troubles: Troubles;
  requests: readonly LoggedRequest[];
  connections: readonly number[];
};

/** The one implementation of the controls; HTTP is a layer on it. */
export function createControls({ world, troubles, requests, connections }: Needs): Controls {
  function appOf(appid: string | undefined) {
    const app = world.app(appid);
    if (app !== undefined) return app;
    // The value is not repeated: it may be a secret in the wrong place.
    throw new ControlError("appid", `is not an app of this simulator (${world.appids.join(", ")})`, {
      appid: world.appids[0],
    });
  }
  return {
    login: (user, appid) => world.issueLoginCode(appOf(appid), world.user(user)),
    phone: (user, appid) => world.issuePhoneCode(appOf(appid), world.user(user)),
    userInfo(user, appid) {
      const openData = world.openData(appOf(appid), world.user(user));
      if (openData !== undefined) return openData;
      throw new ControlError("user", "has no session_key yet: exchange a code of this user first", { user });
    },
    rotateSecret(appid, secret) {
      appOf(appid).secret = secret;
    },
    bindToOwner(appid, owner) {
      appOf(appid).owner = owner;
    },
    user(name, change = {}) {
      const user = world.user(name);
      if (change.blocked !== undefined) user.blocked = change.blocked;
      if (change.phoneNumber !== undefined) user.phone.number = change.phoneNumber;
      if (change.countryCode !== undefined) user.phone.countryCode = change.countryCode;
      const { number: phoneNumber, countryCode } = user.phone;
      const identities = world.appids.map((appid) => ({ appid, ...world.identity(appOf(appid), user) }));
      return { user: name, blocked: user.blocked, phoneNumber, countryCode, identities };
    },
    forward: (seconds) => world.forward(seconds * 1000),
    get now() {
      return world.now();
    },
    trouble: (trouble) => troubles.add(trouble),
    clearTrouble: () => troubles.clear(),
    get troubles() {
      return troubles.pending;
    },
    sessionKey: (user, appid) => world.sessionKey(appOf(appid), world.user(user)),
    requests,
    get exchanges() {
      return world.exchanges;
    },
    connections,
  };
}

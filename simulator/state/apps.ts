/** What can be set of a mini-program, at the start and by the controls. */
export interface AppSettings {
  secret: string;
  /** The Open Platform account that the mini-program is bound to; without one WeChat sends no `unionid`. */
  owner?: string | undefined;
  /** Of the access_tokens given out from now on: 301 to 7200 seconds. */
  tokenLifetimeSeconds: number;
  /** The addresses that may get an access_token; an empty list is no limit. */
  ipAllowlist: readonly string[];
  /** How many phone numbers are still paid for. */
  phoneQuota: number;
  /** Of each call, until midnight in China; 0 is no limit. */
  callsPerDay: number;
}

/** A mini-program to simulate. `appId` is opaque; WeChat's own look like `wx` and 16 hex digits. */
export interface AppConfig extends Partial<Readonly<AppSettings>> {
  readonly appId: string;
  readonly secret: string;
}

/** A mini-program as WeChat knows it. */
export interface App extends AppSettings {
  readonly appId: string;
}

/** WeChat's own values. Source: its documentation of access_tokens and of phone numbers. */
const defaults = { tokenLifetimeSeconds: 7200, ipAllowlist: [], phoneQuota: 1000, callsPerDay: 0 };

/** The mini-programs of this simulator. */
export class Apps {
  readonly #apps = new Map<string, App>();
  readonly #first: App;

  /** Throws an Error without an app, and for an AppId that is listed twice. */
  constructor(configs: readonly AppConfig[]) {
    for (const { appId, ...settings } of configs) {
      if (this.#apps.has(appId)) throw new Error(`The WeChat simulator was given the app ${appId} twice.`);
      this.#apps.set(appId, { appId, ...defaults, ...settings });
    }
    const [first] = this.#apps.values();
    if (first === undefined) throw new Error("The WeChat simulator needs at least one app.");
    this.#first = first;
  }

  /** In the order they were given. */
  get appIds(): readonly string[] {
    return [...this.#apps.keys()];
  }

  [Symbol.iterator](): Iterator<App> {
    return this.#apps.values();
  }

  /** Without an AppId the first app, for an unknown one undefined. */
  find(appId: string = this.#first.appId): App | undefined {
    return this.#apps.get(appId);
  }
}

/** How WeChat was reached: how long it took, and how far this clock is ahead of WeChat's where WeChat says its time. */
export type WeChatContact =
  | { readonly milliseconds: number; readonly aheadSeconds?: number }
  /** Why it was not: the name of a network error, `HTTP 502`, or the like. */
  | { readonly failed: string };

/** What WeChat says to an AppSecret. `unknown`: neither yes nor no. */
export type SecretVerdict = "accepted" | "refused" | "unknown_app" | "frozen" | "unknown";

/** `unreadable`: whether and how it is there could not be found out; `why` names the error. */
export interface TableState {
  readonly table: "Bindings" | "Accounts" | "Sessions" | "Attempts";
  /** In DynamoDB. */
  readonly name: string;
  readonly state: "there" | "missing" | "unreadable";
  readonly why?: string;
  readonly timeToLive: Setting;
  readonly pointInTimeRecovery: Setting;
  readonly deletionProtection: Setting;
}

export type Setting = "on" | "off" | "not needed" | "unknown";

export interface SecretState {
  readonly appId: string;
  /** `unreadable`: Secrets Manager did not give it; `unknown`: WeChat said neither yes nor no, or was not reached. */
  readonly state: SecretVerdict | "placeholder" | "missing" | "unreadable";
  /** WeChat's, where it refused or said neither yes nor no. */
  readonly errcode?: number;
  /** Of Secrets Manager: the name of its error. */
  readonly why?: string;
  /** Where it is accepted: whether it carries the mark of having been so when it was stored. */
  readonly proven?: boolean;
}

export interface Diagnosis {
  readonly secrets: readonly SecretState[];
  readonly weChat: WeChatContact;
  readonly tables: readonly TableState[];
}

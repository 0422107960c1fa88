import type { Diagnosis } from "./diagnosis.ts";

/**
 * What the admin function is asked and what it answers: the command line sends these, and so may the owner's own
 * systems, through Lambda's Invoke with IAM. Times are ISO 8601 in UTC; an identity is an openid of one mini-program.
 */
export type AdminRequest =
  | AddAccount
  | ImportAccounts
  | ChangePassword
  | DisableAccount
  | EnableAccount
  | ShowAccount
  | RemoveAccount
  | FindBindings
  | RemoveBindings
  | ListSessions
  | RevokeSessions
  | SetAppSecret
  | RotateAppSecret
  | CheckDeployment;

/**
 * `account` names an account: its username, or, where the deployment has no built-in accounts, its userId. Only
 * `accounts.disable` and `accounts.enable` work without built-in accounts.
 */
interface OfAccount {
  readonly account: string;
}

/** Whom it is about: everybody bound to a userId, or one identity. `appId` may be left out where there is only one. */
export type Subject = { readonly userId: string } | { readonly openid: string; readonly appId?: string };

/** Adds an account; refused with `account_exists`. Without a `userId` one is made. */
export interface AddAccount {
  readonly action: "accounts.add";
  readonly username: string;
  readonly userId?: string;
  /** 8 to 256 characters, used byte-exact. */
  readonly password: string;
}

/** Adds up to 100 accounts. Those that exist with the same userId stay as they are, so it can be repeated. */
export interface ImportAccounts {
  readonly action: "accounts.import";
  readonly rows: readonly ImportRow[];
}

export interface ImportRow {
  readonly username: string;
  readonly userId: string;
  /** One of the two. A hash is an argon2id string in the PHC format. */
  readonly password?: string;
  readonly passwordHash?: string;
}

/** Also ends every session and every binding of the account: whoever bound with the old password is out. */
export interface ChangePassword extends OfAccount {
  readonly action: "accounts.passwd";
  readonly password: string;
}

/** Ends every session, and lets nobody in until it is enabled. Bindings stay. */
export interface DisableAccount extends OfAccount {
  readonly action: "accounts.disable";
}

export interface EnableAccount extends OfAccount {
  readonly action: "accounts.enable";
}

export interface ShowAccount extends OfAccount {
  readonly action: "accounts.show";
}

/** Removes the account, its bindings and its sessions. */
export interface RemoveAccount extends OfAccount {
  readonly action: "accounts.remove";
}

export interface FindBindings {
  readonly action: "bindings.find";
  readonly of: Subject;
}

/** Unbinds; every session of the identities ends. */
export interface RemoveBindings {
  readonly action: "bindings.remove";
  readonly of: Subject;
}

export interface ListSessions {
  readonly action: "sessions.list";
  readonly of: Subject;
}

/** Ends every session, or the one with this id. Bindings stay: the next silent login opens a new session. */
export interface RevokeSessions {
  readonly action: "sessions.revoke";
  readonly of: Subject;
  readonly id?: string;
}

/**
 * Stores the AppSecret of a mini-program without asking WeChat; the next login uses it. `appId` may be left out where
 * there is only one.
 */
export interface SetAppSecret {
  readonly action: "secret.set";
  readonly appId?: string;
  /** 32 hexadecimal digits. */
  readonly appSecret: string;
}

/**
 * The same once WeChat has accepted it, which a made-up code tells; refused with `app_secret_refused` or
 * `wechat_unavailable` otherwise. Warm instances take it up at their next login.
 */
export interface RotateAppSecret {
  readonly action: "secret.rotate";
  readonly appId?: string;
  /** 32 hexadecimal digits. */
  readonly appSecret: string;
}

/** Looks at everything that login depends on, from where the functions run. Changes nothing. */
export interface CheckDeployment {
  readonly action: "doctor.check";
}

/**
 * Why a request was not carried out. Nothing was changed, except after `store_unavailable`: that may have happened
 * half-way, and repeating the request completes it.
 */
export type AdminRefusal =
  | "invalid_request"
  | "no_such_account"
  | "account_exists"
  | "no_such_binding"
  | "no_such_session"
  | "no_built_in_accounts"
  | "app_secret_refused"
  | "wechat_unavailable"
  | "store_unavailable";

export interface AccountView {
  /** Absent where the deployment has no built-in accounts. */
  readonly username?: string;
  readonly userId: string;
  readonly disabled: boolean;
  readonly bindings: readonly BindingView[];
}

export interface BindingView {
  readonly appId: string;
  readonly openid: string;
  readonly unionid?: string;
  readonly userId: string;
  readonly boundAt: string;
  readonly disabled: boolean;
}

export interface SessionView {
  /** For `sessions.revoke`; useless as a credential. */
  readonly id: string;
  readonly appId: string;
  readonly openid: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly device?: string;
}

/** `now`: by the function's clock. `url`: of WeChat, as the functions call it. */
export interface DeploymentView extends Diagnosis {
  readonly now: string;
  readonly url: string;
}

/** One per row of the import, in its order. `conflict`: the username has another userId. */
export type ImportResult =
  | { readonly result: "added" | "unchanged" }
  | { readonly result: "conflict" | "invalid"; readonly detail: string };

/** The answer to a request that was carried out. */
export interface AdminAnswers {
  readonly "accounts.add": { readonly account: AccountView };
  readonly "accounts.import": { readonly results: readonly ImportResult[] };
  readonly "accounts.passwd": { readonly account: AccountView; readonly unbound: number };
  readonly "accounts.disable": { readonly account: AccountView };
  readonly "accounts.enable": { readonly account: AccountView };
  readonly "accounts.show": { readonly account: AccountView };
  readonly "accounts.remove": { readonly unbound: number };
  readonly "bindings.find": { readonly bindings: readonly BindingView[] };
  readonly "bindings.remove": { readonly unbound: number };
  readonly "sessions.list": { readonly sessions: readonly SessionView[] };
  /** How many identities' sessions were ended; with an `id`, 1. */
  readonly "sessions.revoke": { readonly revoked: number };
  readonly "secret.set": { readonly appId: string };
  readonly "secret.rotate": { readonly appId: string };
  readonly "doctor.check": DeploymentView;
}

export type AdminAction = AdminRequest["action"];

export type AdminAnswer<A extends AdminAction> =
  | AdminAnswers[A]
  | { readonly refused: AdminRefusal; readonly detail: string };

import * as v from "valibot";
import { diagnosisEntries } from "./diagnosis.ts";
import {
  account,
  appId,
  appSecret,
  bindings,
  identity,
  mostRows,
  ofAccount,
  ofAccountOfNumber,
  ofIdentity,
  ofSubject,
  ofSubjectOrNumber,
  password,
  phoneNumber,
  results,
  rows,
  sessions,
  unbound,
} from "./operator-shapes.ts";
import { described, type Immutable, id, inWords, logged, read, shape, time } from "./schema.ts";

/** One thing that operators may ask of the admin function. */
interface OperatorAction {
  readonly request: v.GenericSchema;
  /** Of a request that was carried out. */
  readonly answer: v.GenericSchema;
  /**
   * Whether a request that may have been carried out can be sent again, and the answer still says what happened. Not so
   * where a first success turns the second answer into "exists already" or "there is none". And `unless it hung`: what
   * takes seconds would hang the next time too, for another minute in which nothing is said.
   */
  readonly repeatable: boolean | "unless it hung";
}

/**
 * All that operators do goes through the admin function: the command line sends these requests, and so may the owner's own
 * systems, through Lambda's Invoke with IAM. What stands here once is what the function reads, what the command line
 * understands, what `weapp-login/admin` declares and what docs/admin-function.md says.
 */
export const operatorActions = {
  "accounts.add": {
    request: shape(
      "AddAccount",
      "Adds an account; refused with `account_exists` or `phone_number_taken`. Without a `userId` one is made.",
      {
        username: v.pipe(id, logged("account")),
        userId: v.exactOptional(id),
        password,
        phoneNumber: v.exactOptional(phoneNumber),
      },
    ),
    answer: v.object({ account }),
    repeatable: false,
  },
  "accounts.import": {
    request: shape(
      "ImportAccounts",
      `Adds up to ${mostRows} accounts. Those that exist with the same userId stay as they are, so it can be repeated.`,
      { rows },
    ),
    answer: v.object({ results }),
    repeatable: true,
  },
  "accounts.passwd": {
    request: shape(
      "ChangePassword",
      "Changes a password, and ends every session and every binding of the account: whoever bound with the old password " +
        "is out.",
      { ...ofAccount, password },
    ),
    answer: v.object({ account, unbound }),
    repeatable: false,
  },
  "accounts.phone": {
    request: shape(
      "SetPhoneNumber",
      "Gives an account a phone number in the place of the one it has; refused with `phone_number_taken`. Whoever was bound " +
        "by the old one stays bound.",
      { ...ofAccount, phoneNumber },
    ),
    answer: v.object({ account }),
    repeatable: true,
  },
  "accounts.removePhone": {
    request: shape(
      "RemovePhoneNumber",
      "Takes an account's phone number: nobody is bound by it any more, and it is free for another account. Whoever was " +
        "bound by it stays bound. Works by userId where a number makes an account.",
      ofAccount,
    ),
    answer: v.object({ userId: v.string() }),
    repeatable: true,
  },
  "accounts.disable": {
    request: shape(
      "DisableAccount",
      "Ends every session, and lets nobody in until it is enabled. Bindings stay. Works without built-in accounts too.",
      ofAccount,
    ),
    answer: v.object({ account }),
    repeatable: true,
  },
  "accounts.enable": {
    request: shape(
      "EnableAccount",
      "Lets a disabled account in again. Works without built-in accounts too.",
      ofAccount,
    ),
    answer: v.object({ account }),
    repeatable: true,
  },
  "accounts.show": {
    request: shape("ShowAccount", "Shows an account and what is bound to it.", ofAccount),
    answer: v.object({ account }),
    repeatable: true,
  },
  "accounts.remove": {
    request: shape("RemoveAccount", "Removes the account, its bindings and its sessions.", ofAccount),
    answer: v.object({ unbound }),
    repeatable: false,
  },
  "bindings.find": {
    request: shape("FindBindings", "Shows who is bound to what.", ofSubjectOrNumber),
    answer: v.object({ bindings }),
    repeatable: true,
  },
  "bindings.remove": {
    request: shape(
      "RemoveBindings",
      "Unbinds; every session of the identities ends. Who is disabled stays so: see `bindings.enable`.",
      ofSubject,
    ),
    answer: v.object({
      unbound,
      stillDisabled: v.exactOptional(
        described(v.array(identity), "Those among them that nobody gets in with, until they are enabled."),
      ),
    }),
    repeatable: false,
  },
  "bindings.enable": {
    request: shape(
      "EnableIdentity",
      "Lets an identity in again that was disabled with its account and unbound since: whoever logs in with it binds anew. " +
        "One that is bound is enabled with its account, by `accounts.enable`.",
      ofIdentity,
    ),
    answer: v.object({ identity }),
    repeatable: true,
  },
  "bindings.allow": {
    request: shape(
      "AllowNextIdentity",
      "Lets the next bind by phone number be another WeChat identity's than the one that the number has let in before: one " +
        "bind, within a day. An identity that the account has already stays in the way.",
      ofAccountOfNumber,
    ),
    answer: v.object({ userId: v.string(), appId: v.string(), until: time }),
    repeatable: true,
  },
  "sessions.list": {
    request: shape("ListSessions", "Shows the open sessions, at most 100 of each identity.", ofSubject),
    answer: v.object({
      sessions,
      more: v.exactOptional(
        described(
          v.boolean(),
          "Where a program logs in again and again, there are others that are not listed.",
        ),
      ),
    }),
    repeatable: true,
  },
  "sessions.revoke": {
    request: shape(
      "RevokeSessions",
      "Ends every session, or the one with this `id`. Bindings stay: the next silent login opens a new session.",
      // Whoever mistakes it for a SessionId sends one, and with that people log in.
      { ...ofSubject, id: v.exactOptional(v.pipe(id, logged("id", { onceDone: true }))) },
    ),
    answer: v.object({
      revoked: v.pipe(
        v.number(),
        logged("revoked"),
        v.description("How many identities' sessions were ended; with an `id`, 1."),
      ),
    }),
    repeatable: false,
  },
  "sessionKey.check": {
    request: shape(
      "CheckSessionKey",
      "Asks WeChat whether a `session_key` that is kept of an identity is its present one: only then can open data be opened. " +
        "Refused with `not_enabled` where the deployment keeps none.",
      ofIdentity,
    ),
    answer: v.object({
      identity,
      state: described(v.picklist(["valid", "stale", "none"]), "`none`: none of this identity is kept."),
    }),
    repeatable: true,
  },
  "sessionKey.reset": {
    request: shape(
      "ResetSessionKey",
      "Has WeChat give an identity another `session_key`, for one that leaked, and keeps that one alone. Refused with " +
        "`no_session_key` where none that is kept is the present one.",
      ofIdentity,
    ),
    answer: v.object({ identity }),
    repeatable: false,
  },
  "secret.set": {
    request: shape(
      "SetAppSecret",
      "Stores the AppSecret of a mini-program without asking WeChat; the next login uses it.",
      { appId: v.exactOptional(appId), appSecret },
    ),
    answer: v.object({ appId: v.string() }),
    repeatable: true,
  },
  "secret.rotate": {
    request: shape(
      "RotateAppSecret",
      "Stores it once WeChat has accepted it, which a made-up code tells; refused with `app_secret_refused` or " +
        "`wechat_unavailable` otherwise. Warm instances take it up at their next login.",
      { appId: v.exactOptional(appId), appSecret },
    ),
    answer: v.object({ appId: v.string() }),
    repeatable: true,
  },
  "token.refresh": {
    request: shape(
      "RefreshAccessToken",
      "Ends the mini-program's access token for everybody and has WeChat issue another: for one that leaked. WeChat does so " +
        "20 times a day at most, 30 s apart; refused with `token_not_refreshed` otherwise.",
      { appId: v.exactOptional(appId) },
    ),
    answer: v.object({
      appId: v.string(),
      expiresAt: described(time, "Of the new one, which is not said."),
    }),
    repeatable: false,
  },
  "doctor.check": {
    request: shape(
      "CheckDeployment",
      "Looks at everything that login depends on, from where the functions run. Changes nothing.",
      {},
    ),
    answer: shape("DeploymentView", "What login depends on, as the functions see it.", {
      now: described(time, "By the function's clock."),
      url: described(v.string(), "Of WeChat, as the functions call it."),
      ...diagnosisEntries,
    }),
    repeatable: "unless it hung",
  },
} as const satisfies Record<string, OperatorAction>;

/** Why a request was not carried out. */
export const adminRefusals = {
  invalid_request: "The request cannot be read; `detail` names the field.",
  no_such_account: "There is no account of this name.",
  account_exists: "There is an account of this name, or with this userId.",
  phone_number_taken: "Another account has this phone number.",
  no_such_number: "No account has this phone number, or nobody knows numbers here.",
  no_such_binding: "Nobody has bound this identity.",
  no_such_identity: "Nothing is known of this identity: it is not disabled, unless the openid is mistyped.",
  identity_bound: "The identity is bound: its account is what is enabled or disabled.",
  no_such_session: "There is no session with this id: it may have ended already.",
  no_built_in_accounts: "This deployment keeps no accounts: the system that does must be asked.",
  no_session_key: "No `session_key` of this identity is kept that WeChat takes for its present one.",
  not_enabled: "The deployment does without it: its owner's props say so.",
  app_secret_refused: "WeChat does not accept the AppSecret. Nothing was stored.",
  token_not_refreshed: "WeChat did not issue another access token, or did not say so; `detail` says why.",
  wechat_unavailable: "WeChat could not be asked, or said neither yes nor no. Nothing was stored.",
  store_unavailable:
    "A store did not answer. This may have happened half-way: repeating the request completes it.",
} as const;

export type AdminRefusal = keyof typeof adminRefusals;

export interface OperatorRefusal {
  readonly refused: AdminRefusal;
  /** In words for the operator; never holds anything secret. */
  readonly detail: string;
}

type Actions = typeof operatorActions;
export type AdminAction = keyof Actions;

/** What is sent. */
export type AdminRequest<A extends AdminAction = AdminAction> = {
  readonly [K in A]: Immutable<{ action: K } & v.InferInput<Actions[K]["request"]>>;
}[A];

/** The fields of a request that was read: rows of an import one by one, so that some may be invalid. */
export type AdminFields = { readonly [A in AdminAction]: Immutable<v.InferOutput<Actions[A]["request"]>> };

/** The answer to a request that was carried out. */
export type AdminAnswers = { readonly [A in AdminAction]: Immutable<v.InferOutput<Actions[A]["answer"]>> };
export type AdminAnswer<A extends AdminAction> = AdminAnswers[A] | OperatorRefusal;
export type DeploymentView = AdminAnswers["doctor.check"];

export const adminActions: readonly AdminAction[] = Object.keys(operatorActions) as AdminAction[];

const envelope = v.looseObject({}, "must be an object");
const actionName = v.picklist(adminActions, `must be one of ${adminActions.join(", ")}`);

export interface ReadRequest<A extends AdminAction = AdminAction> {
  readonly action: A;
  readonly fields: AdminFields[A];
}

/** What the admin function was asked. Members that no action has are ignored. */
export function readAdminRequest(event: unknown): ReadRequest | OperatorRefusal {
  const request = read(envelope, event);
  if (!request.success) return invalid(request.issues[0], "The request");
  const action = read(actionName, request.output.action);
  if (!action.success) return invalid(action.issues[0], "action");
  const fields = read(operatorActions[action.output].request, event);
  return fields.success
    ? { action: action.output, fields: fields.output }
    : invalid(fields.issues[0], "The request");
}

function invalid(issue: v.BaseIssue<unknown>, whole: string): OperatorRefusal {
  return { refused: "invalid_request", detail: inWords(issue, whole) };
}

const refusal: v.GenericSchema<unknown, OperatorRefusal> = v.object({
  refused: v.picklist(Object.keys(adminRefusals) as AdminRefusal[]),
  detail: v.string(),
});

const answers: {
  readonly [A in AdminAction]: { readonly answer: v.GenericSchema<unknown, AdminAnswers[A]> };
} = operatorActions;

/** What the admin function answered; undefined where it has another shape. */
export function readAdminAnswer<A extends AdminAction>(
  action: A,
  answer: unknown,
): AdminAnswer<A> | undefined {
  const { success, output } = read(v.union([refusal, answers[action].answer]), answer);
  return success ? output : undefined;
}

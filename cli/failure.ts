import type { AdminRefusal, OperatorRefusal } from "../contract/operator-actions.ts";

/** What the command line ends with. */
export const exitCodes = {
  done: { code: 0, meaning: "done" },
  refused: { code: 1, meaning: "refused, some rows of a file were bad, or doctor found something" },
  usage: { code: 2, meaning: "wrong usage" },
  unreachable: { code: 3, meaning: "AWS or the stack cannot be reached, or does not allow it" },
  interrupted: { code: 130, meaning: "interrupted" },
} as const;

export type Exit = keyof typeof exitCodes;

type OwnCode =
  | "not_confirmed"
  | "usage"
  | "bad_file"
  | "no_credentials"
  | "no_region"
  | "access_denied"
  | "no_such_stack"
  | "missing_output"
  | "not_reachable"
  | "busy"
  | "admin_failed"
  | "unexpected"
  | "interrupted";

export type FailureCode = AdminRefusal | OwnCode;

/** The one table of failures; a code without a row does not compile. */
const exitOf = {
  invalid_request: "refused",
  no_such_account: "refused",
  account_exists: "refused",
  no_such_binding: "refused",
  no_such_identity: "refused",
  identity_bound: "refused",
  no_such_session: "refused",
  no_built_in_accounts: "refused",
  no_session_key: "refused",
  not_enabled: "refused",
  phone_number_taken: "refused",
  no_such_number: "refused",
  app_secret_refused: "refused",
  token_not_refreshed: "refused",
  wechat_unavailable: "refused",
  store_unavailable: "refused",
  not_confirmed: "refused",
  usage: "usage",
  bad_file: "usage",
  no_credentials: "unreachable",
  no_region: "unreachable",
  access_denied: "unreachable",
  no_such_stack: "unreachable",
  missing_output: "unreachable",
  not_reachable: "unreachable",
  busy: "unreachable",
  admin_failed: "unreachable",
  unexpected: "unreachable",
  interrupted: "interrupted",
} as const satisfies Record<FailureCode, Exit>;

/** How far a command came before it failed. */
export interface Partly {
  /** Further members of the JSON document. */
  readonly answer: object;
  readonly text: string;
}

/** Why a command did not do what it was told, in words for the operator. Never holds anything secret. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly partly: Partly | undefined;

  constructor(code: FailureCode, detail: string, partly?: Partly) {
    super(detail);
    this.code = code;
    this.partly = partly;
  }

  get exit(): Exit {
    return exitOf[this.code];
  }
}

export function usage(detail: string): Failure {
  return new Failure("usage", detail);
}

export function interrupted(detail = "Interrupted.", partly?: Partly): Failure {
  return new Failure("interrupted", detail, partly);
}

/** What to do about a refusal of the admin function. Empty where its own words say it. */
const nextSteps = {
  invalid_request: "",
  no_such_account: "Check the spelling; `accounts add` adds it.",
  account_exists: "`accounts show` shows it, and `accounts passwd` changes its password.",
  phone_number_taken: "`accounts phone --remove` frees it.",
  no_such_number: "`accounts show` shows an account's number, and `accounts phone` gives it one.",
  no_such_binding: "Check the openid and the AppId; it may have been unbound already.",
  no_such_identity: "",
  identity_bound: "`bindings find` shows the account; `accounts enable` lets it in again.",
  no_such_session: "`sessions list` shows those that are open.",
  no_session_key: "The next login brings one; `session-key check` says what is kept.",
  not_enabled: "",
  no_built_in_accounts: "Here, only `accounts disable` and `accounts enable` work, with the userId.",
  app_secret_refused:
    "Compare AppId and AppSecret with https://mp.weixin.qq.com: only the one that was reset last counts.",
  token_not_refreshed: "`doctor` says what keeps WeChat from it.",
  wechat_unavailable: "Run it again in a moment; `secret set` stores an AppSecret without asking WeChat.",
  store_unavailable: "",
} as const satisfies Record<AdminRefusal, string>;

/** The admin function's "no": its words, and what to do next. */
export function refusal({ refused, detail }: OperatorRefusal): Failure {
  const sentence = /[.!?]$/.test(detail) ? detail : `${detail}.`;
  return new Failure(refused, `${sentence} ${nextSteps[refused]}`.trim());
}

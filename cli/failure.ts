import type { AdminRefusal, OperatorRefusal } from "../contract/operator-actions.ts";
import { english, type Text } from "./messages/english.ts";

/** What the command line ends with. */
export const exitCodes = { done: 0, refused: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

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
  readonly text: Text;
  readonly partly: Partly | undefined;

  constructor(code: FailureCode, text: Text, partly?: Partly) {
    super(text(english));
    this.code = code;
    this.text = text;
    this.partly = partly;
  }

  get exit(): Exit {
    return exitOf[this.code];
  }
}

export function usage(text: Text): Failure {
  return new Failure("usage", text);
}

export function interrupted(text: Text = ({ failures }) => failures.interrupted, partly?: Partly): Failure {
  return new Failure("interrupted", text, partly);
}

/** The admin function's "no". */
export function refusal({ refused, detail }: OperatorRefusal): Failure {
  return new Failure(refused, ({ failures }) => failures.refused(refused, detail));
}

import type { AdminRequest } from "../../../contract/operator-actions.ts";
import type { TypedPassword } from "./password-checks.ts";
import type { Ending, Order } from "./session-checks.ts";

/** A phone with one mini-program on it: what it keeps. */
export interface Phone {
  readonly name: string;
  readonly appId: string;
  readonly openid: string;
  /** Of its identity, in hexadecimal. */
  readonly identity: string;
  readonly sourceIp: string;
  session?: string;
  ticket?: string;
  code?: string;
  phoneCode?: string;
}

export interface Credentials extends TypedPassword {
  readonly username: string;
  readonly password: string;
}

export interface SentLogin {
  readonly code?: string;
  readonly bindTicket?: string;
  readonly credentials?: Credentials;
  readonly phoneCode?: string;
}

/** What an operator's request is about to do. */
export interface Operation {
  readonly ends?: Ending["ends"];
  /** Whether it says so: that these have ended. */
  readonly saysSo?: boolean;
  readonly enables?: boolean;
  /** The number of the password that the account has with it. */
  readonly newPassword?: number;
}

/** Something that was asked for in a schedule, and what came of it. */
export type Recorded = {
  readonly called: Order;
  readonly answered: Order;
  readonly mayBeRepeated: boolean;
} & (
  | { readonly login: SentLogin; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly route: string; readonly session: string; readonly id?: string; readonly status: number }
  | {
      readonly request: AdminRequest;
      readonly newPassword?: number;
      readonly answer: Readonly<Record<string, unknown>> | undefined;
    }
);

/** Where an answer does not come, the SDK sends the same again, and both may be done. */
export function mayBeRepeated(troubles: readonly string[]): boolean {
  return troubles.some((trouble) => /slow|late|lost/.test(trouble));
}

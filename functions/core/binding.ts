import type { Person } from "./identity.ts";
import type { BoundIdentity } from "./revocation.ts";

/** What is known of an identity. An identity nobody has bound yet, or that was unbound, has no userId. */
export interface Binding {
  readonly userId?: string;
  readonly unionid?: string;
  readonly disabled: boolean;
  /** Milliseconds. Sessions created before it, and logins entered before it, are void. 0: never set. */
  readonly sessionsValidFrom: number;
}

/** How a bind ended. `superseded`: something ended this identity's or account's access while the login was under way. */
export type BindResult =
  | "bound"
  | "already_bound"
  | "account_already_bound"
  | "account_disabled"
  | "superseded";

export interface Bindings {
  /** Strongly consistent. */
  find(identityKey: Uint8Array): Promise<Binding | undefined>;
  /**
   * Gives the identity its account, or finds that it has it already; all or nothing, one winner under any race.
   * `enteredAt` is the login's clock at its entry, in milliseconds.
   */
  bind(person: Person, userId: string, enteredAt: number): Promise<BindResult>;
  /** Fills in a unionid that WeChat has only now sent. */
  rememberUnionid(identityKey: Uint8Array, unionid: string): Promise<void>;
}

/** A binding with everything that is known of it. */
export interface BindingRecord extends Binding, Person {
  readonly userId: string;
  /** Milliseconds. */
  readonly boundAt: number;
}

/** Strongly consistent look-ups, for operators and for the owner of a session. */
export interface BindingDirectory {
  identitiesOf(userId: string): Promise<BoundIdentity[]>;
  /** Undefined for an identity that nobody has bound. */
  describe(identityKey: Uint8Array): Promise<BindingRecord | undefined>;
}

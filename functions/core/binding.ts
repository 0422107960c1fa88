import type { BindTicketHash } from "./bind-ticket.ts";
import type { Person } from "./identity.ts";
import type { BoundIdentity } from "./revocation.ts";
import type { Session } from "./session.ts";

/** What is known of an identity. An identity nobody has bound yet, or that was unbound, has no userId. */
export interface Binding {
  readonly userId?: string;
  readonly unionid?: string;
  readonly disabled: boolean;
  /** Raised by one by whatever ends the identity's sessions: a session is good for the one it was opened under. */
  readonly generation: number;
}

/**
 * What a bind knows of the account from before the password was looked at, so that it cannot come after something that
 * has shut it out. `generation`: what the verifier said, which the account must not have seen a later one than. `fence`:
 * for a verifier that was asked twice, the account's own number, which must not have moved.
 */
export interface AccountFence {
  readonly generation?: number;
  readonly fence?: number;
}

export interface Bind {
  readonly person: Person;
  /** The identity's, as it was read before the password was looked at. */
  readonly generation: number;
  readonly userId: string;
  readonly account: AccountFence;
  readonly session: Session;
  /** Consumed with it. */
  readonly ticket?: BindTicketHash;
  /** Of a bind by phone number, where that lets in one identity only: the account and its number, see numberOf. */
  readonly byNumber?: Uint8Array;
  /** To be kept with the identity, which WeChat has told it of. */
  readonly phoneNumber?: string;
}

/**
 * How a bind ended. `bound_already`: to this very account, under the generation that was read. `access_changed`:
 * something ended this identity's or this account's access since then. `phone_number_taken`: the account has an identity of
 * this mini-program, or its number has let in another one before. `wechat_user_blocked`: the risk was too high, and nothing
 * was written.
 */
export type BindResult =
  | "bound"
  | "bound_already"
  | "already_bound"
  | "account_already_bound"
  | "phone_number_taken"
  | "account_disabled"
  | "access_changed"
  | "invalid_ticket"
  | "wechat_user_blocked";

export interface Bindings {
  /** Strongly consistent. */
  find(identityKey: Uint8Array): Promise<Binding | undefined>;
  /** Strongly consistent: the account's own number; see AccountFence. */
  fenceOf(userId: string): Promise<number>;
  /** Gives the identity its account, opens the session and consumes the ticket: all or nothing, one winner of any race. */
  bind(bind: Bind): Promise<BindResult>;
  /** Fills in a unionid that WeChat has only now sent. */
  rememberUnionid(identityKey: Uint8Array, unionid: string): Promise<void>;
}

/** A binding with everything that is known of it. */
export interface BindingRecord extends Binding, Person {
  readonly userId: string;
  /** Milliseconds. */
  readonly boundAt: number;
  /** That WeChat has told, where it is kept. */
  readonly phoneNumber?: string;
}

/** Strongly consistent look-ups, for operators and for the owner of a session. */
export interface BindingDirectory {
  identitiesOf(userId: string): Promise<BoundIdentity[]>;
  /** Undefined for an identity that nobody has bound. */
  describe(identityKey: Uint8Array): Promise<BindingRecord | undefined>;
}

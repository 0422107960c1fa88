import type { Operation } from "./explain.ts";

/** One identity and one account, as if everything happened one after the other. */
export interface State {
  readonly isBound: boolean;
  /** Those that may be used, by the alphabet: many that were opened at once are one state, whatever the order. */
  readonly sessions: readonly string[];
  readonly identityDisabled: boolean;
  readonly accountDisabled: boolean;
  /** Undefined: there is no account. */
  readonly password: string | undefined;
}

export const initially: State = {
  isBound: false,
  sessions: [],
  identityDisabled: false,
  accountDisabled: false,
  password: "0",
};

/** What somebody was told; undefined: nothing, or that nobody knows. */
export type Told<T> = T | undefined;

type Step = (state: State) => readonly State[];

const fits = (state: State, condition: boolean, next: State = state): readonly State[] =>
  condition ? [next] : [];
const unbound = (state: State): State => (state.isBound ? { ...state, isBound: false, sessions: [] } : state);
const ended = (state: State): State => (state.isBound ? { ...state, sessions: [] } : state);
const opened = (state: State, session: string): State => ({
  ...state,
  isBound: true,
  sessions: [...state.sessions, session].sort(),
});

export interface LoginAnswer {
  /** `session`, or an error's code. */
  readonly session?: string;
  readonly newBinding?: boolean;
  readonly code?: string;
}

/** By a code alone. */
function logInSilently(answer: Told<LoginAnswer>): readonly Step[] {
  if (!answer) return [];
  const { session, code } = answer;
  if (session !== undefined) {
    return [(it) => fits(it, it.isBound && !it.identityDisabled, opened(it, session))];
  }
  if (code === "binding_required") return [(it) => fits(it, !it.isBound && !it.identityDisabled)];
  if (code === "account_disabled") return [(it) => fits(it, it.identityDisabled)];
  return [];
}

function logInWithPassword(password: string, answer: Told<LoginAnswer>): readonly Step[] {
  const isRight = (it: State) => it.password === password;
  const mayBind = (it: State) => !it.isBound && !it.identityDisabled && !it.accountDisabled && isRight(it);
  if (!answer) return [(it) => (mayBind(it) ? [{ ...it, isBound: true }] : [])];
  const { session, newBinding, code } = answer;
  if (session !== undefined) {
    return newBinding
      ? [(it) => fits(it, mayBind(it), opened(it, session))]
      : [(it) => fits(it, it.isBound && !it.identityDisabled && isRight(it), opened(it, session))];
  }
  if (code === "invalid_credentials") return [(it) => fits(it, !isRight(it))];
  if (code === "account_disabled") {
    // Nothing is written: the password may be changed after it was looked at, and the account shut only then.
    return [(it) => fits(it, isRight(it)), (it) => fits(it, it.accountDisabled || it.identityDisabled)];
  }
  return [];
}

/** `isDone`: whether it was done, or refused because the session has ended. */
function withSession(session: string, isDone: Told<boolean>, effect: (it: State) => State): readonly Step[] {
  const isOpen = (it: State) => it.sessions.includes(session);
  // What a session asks for changes nothing once it has ended.
  const done: Step = (it) => [isOpen(it) ? effect(it) : it];
  if (isDone === false) return [(it) => fits(it, !isOpen(it))];
  return [done];
}

/** What can be asked, and what may have come of it. */
export const asked = {
  silently: logInSilently,
  withPassword: logInWithPassword,
  authorize: (session: string, isAllowed: Told<boolean>): readonly Step[] =>
    isAllowed === undefined ? [] : [(it) => fits(it, it.sessions.includes(session) === isAllowed)],
  logOut: (session: string, isDone: Told<boolean>, which = session) =>
    withSession(session, isDone, (it) => ({ ...it, sessions: it.sessions.filter((one) => one !== which) })),
  logOutEverywhere: (session: string, isDone: Told<boolean>) => withSession(session, isDone, ended),
  unbind: (session: string, isDone: Told<boolean>): readonly Step[] =>
    isDone === true
      ? [(it) => fits(it, it.sessions.includes(session), unbound(it))]
      : withSession(session, isDone, unbound),
  revoke: (): readonly Step[] => [(it) => [ended(it)]],
  revokeOne: (session: string): readonly Step[] => [
    (it) => [{ ...it, sessions: it.sessions.filter((one) => one !== session) }],
  ],
  removeBinding: (): readonly Step[] => [(it) => [unbound(it)]],
  changePassword: (password: string): readonly Step[] => [
    (it) => fits(it, it.password !== undefined, { ...it, password }),
    (it) => [unbound(it)],
  ],
  disable: (): readonly Step[] => [
    (it) => [{ ...it, accountDisabled: true }],
    (it) => [it.isBound ? { ...it, identityDisabled: true, sessions: [] } : it],
  ],
  enable: (): readonly Step[] => [
    (it) => [it.isBound ? { ...it, identityDisabled: false, sessions: [] } : it],
    (it) => [{ ...it, accountDisabled: false }],
  ],
  enableIdentity: (): readonly Step[] => [(it) => fits(it, !it.isBound, { ...it, identityDisabled: false })],
  removeAccount: (): readonly Step[] => [
    (it) => [{ ...it, accountDisabled: true }],
    (it) => [unbound(it)],
    (it) => [{ ...it, accountDisabled: false, password: undefined }],
  ],
  addAccount: (password: string): readonly Step[] => [
    (it) => fits(it, it.password === undefined, { ...it, password }),
  ],
} as const;

export type LoginOperation = Operation<State>;

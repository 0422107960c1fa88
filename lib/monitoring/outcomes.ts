import { type Cause, type ErrorCode, errorCodes, errors } from "../../contract/errors.ts";

/** Every outcome of a login that does not log in: the `code` of its answer. */
export type NotLoggedInOutcome = ErrorCode;

/** By who can do something about it. */
export const whyNot: Readonly<Record<Cause, readonly NotLoggedInOutcome[]>> = {
  WeChat: becauseOf("WeChat"),
  "this side": becauseOf("this side"),
  people: becauseOf("people"),
  "the mini-program": becauseOf("the mini-program"),
};

function becauseOf(cause: Cause): NotLoggedInOutcome[] {
  return errorCodes.filter((code) => errors[code].cause === cause);
}

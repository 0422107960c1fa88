import { type Cause, type ErrorCode, errors, loginErrorCodes } from "../../contract/errors.ts";

/** The outcomes of logins that do not log in, by who can do something about it. */
export const whyNot: Readonly<Record<Cause, readonly ErrorCode[]>> = {
  WeChat: becauseOf("WeChat"),
  "this side": becauseOf("this side"),
  people: becauseOf("people"),
  "the mini-program": becauseOf("the mini-program"),
};

function becauseOf(cause: Cause): ErrorCode[] {
  return loginErrorCodes.filter((code) => errors[code].cause === cause);
}

/** The codes and actions of the server: of the one table of errors there is. */
export type {
  Action,
  ErrorCode as ServerCode,
  OptionalRefusalCode as OptionalCode,
} from "../contract/errors.ts";

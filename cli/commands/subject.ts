import type { Command } from "commander";
import type { Subject } from "../../contract/operator-shapes.ts";
import { usage } from "../failure.ts";
import { printable } from "../output.ts";

export interface SubjectOptions {
  readonly user?: string;
  readonly openid?: string;
  readonly appId?: string;
}

/** Adds the options that say whom a command is about. */
export function aboutSubject(command: Command): Command {
  return command
    .option("--user <userId>", "everybody bound to this userId")
    .option("--openid <openid>", "one WeChat identity")
    .option("--app-id <appId>", "the mini-program of --openid, where the deployment serves several");
}

export function readSubject({ user, openid, appId }: SubjectOptions): Subject {
  if ((user === undefined) === (openid === undefined)) throw usage("Give either --user or --openid.");
  if (openid !== undefined) return { openid, ...(appId !== undefined && { appId }) };
  if (appId !== undefined)
    throw usage("--app-id goes with --openid: a userId has its bindings in every AppId.");
  return { userId: user ?? "" };
}

export type IdentityOptions = Required<Pick<SubjectOptions, "openid">> & Pick<SubjectOptions, "appId">;

/** The same for a command that is about one identity. */
export function aboutIdentity(command: Command): Command {
  return command
    .requiredOption("--openid <openid>", "the WeChat identity")
    .option("--app-id <appId>", "its mini-program, where the deployment serves several");
}

export function readIdentity({ openid, appId }: IdentityOptions): Extract<Subject, { openid: string }> {
  return { openid, ...(appId !== undefined && { appId }) };
}

export interface PhoneOption {
  readonly phone?: string;
}

/** The same, or whoever has a phone number. */
export function readSubjectOrNumber({
  phone,
  ...options
}: SubjectOptions & PhoneOption): Subject | { readonly phoneNumber: string } {
  if (phone === undefined) return readSubject(options);
  if (Object.values(options).some((option) => option !== undefined)) {
    throw usage("--phone goes without --user, --openid and --app-id.");
  }
  return { phoneNumber: phone };
}

export function nameOf(subject: Subject | { readonly phoneNumber: string }): string {
  if ("phoneNumber" in subject) return printable(`the account with the phone number ${subject.phoneNumber}`);
  return printable("userId" in subject ? `the userId ${subject.userId}` : `the openid ${subject.openid}`);
}

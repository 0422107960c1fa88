import type { Command } from "commander";
import type { Subject } from "../../contract/operator-shapes.ts";
import { usage } from "../failure.ts";
import { printable } from "../layout.ts";
import type { Messages } from "../messages/english.ts";

export interface SubjectOptions {
  readonly user?: string;
  readonly openid?: string;
  readonly appId?: string;
}

/** Adds the options that say whom a command is about. */
export function aboutSubject(command: Command, { help }: Messages): Command {
  return command
    .option("--user <userId>", help.subjectUser)
    .option("--openid <openid>", help.subjectOpenid)
    .option("--app-id <appId>", help.subjectApp);
}

export function readSubject({ user, openid, appId }: SubjectOptions): Subject {
  if ((user === undefined) === (openid === undefined))
    throw usage(({ failures }) => failures.eitherUserOrOpenid);
  if (openid !== undefined) return { openid, ...(appId !== undefined && { appId }) };
  if (appId !== undefined) throw usage(({ failures }) => failures.appIdOfUser);
  return { userId: user ?? "" };
}

export type IdentityOptions = Required<Pick<SubjectOptions, "openid">> & Pick<SubjectOptions, "appId">;

/** The same for a command that is about one identity. */
export function aboutIdentity(command: Command, { help }: Messages): Command {
  return command
    .requiredOption("--openid <openid>", help.identityOpenid)
    .option("--app-id <appId>", help.identityApp);
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
    throw usage(({ failures }) => failures.phoneAlone);
  }
  return { phoneNumber: phone };
}

/** Printable. */
export function nameOf(subject: Subject | { readonly phoneNumber: string }, { results }: Messages): string {
  if ("phoneNumber" in subject) return printable(results.accountWithNumber(subject.phoneNumber));
  return printable("userId" in subject ? results.userId(subject.userId) : results.openid(subject.openid));
}

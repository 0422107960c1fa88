import { type PhoneNumberFlaw, phoneNumberFlaws } from "../../../contract/phone-number.ts";

/** What is wrong with a file of accounts, or with a row of it. */
const columns = "username,userId,password or username,userId,passwordHash, with phoneNumber or without";

export const accountsFile = {
  columns,
  anotherHeader: (path: string) => `${path} has another header. Its first line must be ${columns}.`,
  empty: (path: string) => `${path} is empty. Its first line must be ${columns}.`,
  notOrdinary: (path: string) => `${path} is not an ordinary file. It is read twice, so a pipe will not do.`,
  broken: (path: string, line: number) =>
    `${path} cannot be read after line ${line}: quotes do not match in the next row, or it is too long. A field with quotes ` +
    'in it is put into quotes, and those within are doubled: "say ""hi""".',
  notUtf8: (path: string) => `${path} is not UTF-8. Excel saves that as “CSV UTF-8”.`,
  missing: (path: string) => `${path} does not exist.`,
  unreadable: (path: string) => `${path} may not be read.`,
  directory: (path: string) => `${path} is a directory.`,

  fieldCount: (found: number, expected: number) =>
    `has ${found} fields instead of ${expected}: quote fields with commas`,
  isEmpty: (...columns: readonly string[]) => `${columns.join(" and ")} is empty`,
  bothPasswords: "password and passwordHash are both given",
  outerBlank: (column: string) => `${column} begins or ends with a blank`,
  shortened: (column: string) =>
    `${column} is a number that a spreadsheet has shortened: make the column text, and save it again`,
  notArgon2id: "passwordHash is not an argon2id string ($argon2id$v=19$…)",
  sameUsername: (line: number) => `the same username is on line ${line}`,
  otherUsername: (line: number) => `the userId has another username on line ${line}`,
  samePhoneNumber: (line: number) => `the same phone number is on line ${line}`,
  phoneNumber: (flaw: PhoneNumberFlaw) => `phoneNumber ${phoneNumberFlaws[flaw]}`,
  /** Of the admin function, in its words. */
  refused: (detail: string) => detail,
  notAnswered: "was not answered",
};

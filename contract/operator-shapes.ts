import * as v from "valibot";
import { flawInPhoneNumber, phoneNumberFlaws } from "./phone-number.ts";
import {
  described,
  type Immutable,
  id,
  inWords,
  isText,
  logged,
  longestId,
  read,
  shape,
  time,
} from "./schema.ts";

const mustBePassword = "must have 8 to 256 characters";
export const password = v.pipe(
  v.string(mustBePassword),
  v.check((value) => isText(value, 8, 256), mustBePassword),
  v.description("8 to 256 characters, used byte-exact."),
);

export const phoneNumber = v.pipe(
  v.string(phoneNumberFlaws.notE164),
  v.check(
    (value) => flawInPhoneNumber(value) === undefined,
    ({ input }) => phoneNumberFlaws[flawInPhoneNumber(input) ?? "notE164"],
  ),
  v.description("In E.164: `+`, the country code and the number, such as +8613800138000."),
);

const mustBeAppSecret = "must be the 32 hexadecimal digits that WeChat's console shows once";
export const appSecret = v.pipe(
  v.string(mustBeAppSecret),
  v.regex(/^[0-9a-f]{32}$/i, mustBeAppSecret),
  v.description("32 hexadecimal digits."),
);

/** Next to it an AppSecret is typed, which may come into its place: only one of the deployment's is logged. */
export const appId = v.pipe(
  id,
  logged("appId", { of: (value, { appIds }) => appIds.find((one) => one === value) }),
  v.description("May be left out where the deployment has only one."),
);

export const ofAccount = {
  account: v.pipe(
    id,
    logged("account"),
    v.description("Its username, or, where the deployment has no built-in accounts, its userId."),
  ),
};

const ofIdentityEntries = { openid: v.pipe(id, logged("openid")), appId: v.exactOptional(appId) };

const subject = v.pipe(
  v.union(
    [v.strictObject({ userId: v.pipe(id, logged("userId")) }), v.strictObject(ofIdentityEntries)],
    `needs either userId or openid (with appId or without), as text of 1 to ${longestId} characters`,
  ),
  v.title("Subject"),
  v.description("Whom it is about: everybody bound to a userId, or one identity."),
);

export const ofSubject = { of: subject };

export const ofSubjectOrNumber = {
  of: v.pipe(
    v.union(
      [
        v.strictObject({ userId: v.pipe(id, logged("userId")) }),
        v.strictObject(ofIdentityEntries),
        v.strictObject({ phoneNumber }),
      ],
      `needs userId, openid (with appId or without) or phoneNumber: ids are text of 1 to ${longestId} characters, and a phone number is in E.164, such as +8613800138000`,
    ),
    v.title("SubjectOrNumber"),
    v.description(
      "Whom it is about: everybody bound to a userId, or to that of the account with a phone number; or one identity.",
    ),
  ),
};

export const ofAccountOfNumber = {
  of: v.pipe(
    v.union(
      [
        v.strictObject({ userId: v.pipe(id, logged("userId")), appId: v.exactOptional(appId) }),
        v.strictObject({ phoneNumber, appId: v.exactOptional(appId) }),
      ],
      `needs userId or phoneNumber, with appId or without: an id is text of 1 to ${longestId} characters, and a phone number is in E.164, such as +8613800138000`,
    ),
    v.title("AccountOfNumber"),
    v.description(
      "Whom it is about: a userId, or that of the account with a phone number; and which mini-program.",
    ),
  ),
};

export const ofIdentity = {
  of: v.pipe(
    v.strictObject(ofIdentityEntries, "needs openid, with appId or without"),
    v.title("IdentitySubject"),
    v.description("Whom it is about: one identity."),
  ),
};

export const importRow = v.pipe(
  shape("ImportRow", "One account of an import, with either of password and passwordHash.", {
    username: id,
    userId: id,
    password: v.exactOptional(password),
    passwordHash: v.exactOptional(
      described(v.string("must be a string"), "An argon2id string in the PHC format."),
    ),
    phoneNumber: v.exactOptional(phoneNumber),
  }),
  v.check(
    (row) => (row.password === undefined) !== (row.passwordHash === undefined),
    "needs either password or passwordHash",
  ),
);

export type ImportRow = Immutable<v.InferOutput<typeof importRow>>;

/** Stands in a row's place, so that a bad row spoils nothing but itself. */
interface InvalidRow {
  readonly result: "invalid";
  readonly detail: string;
}

function readRow(row: ImportRow): ImportRow | InvalidRow {
  const { success, output, issues } = read(importRow, row);
  return success ? output : { result: "invalid", detail: inWords(issues[0], "A row") };
}

export const mostRows = 100;
const mustBeRows = `must be a list of 1 to ${mostRows} rows`;
const unreadRow = v.pipe(
  v.custom<ImportRow>(() => true),
  v.title("ImportRow"),
);
export const rows = v.pipe(
  v.array(unreadRow, mustBeRows),
  v.minLength(1, mustBeRows),
  v.maxLength(mostRows, mustBeRows),
  v.array(v.pipe(unreadRow, v.transform(readRow))),
  logged("rows", { of: ({ length }) => length }),
);

const importResult = v.pipe(
  v.variant("result", [
    v.object({ result: v.picklist(["added", "unchanged"]) }),
    v.object({ result: v.picklist(["conflict", "invalid"]), detail: v.string() }),
  ]),
  v.title("ImportResult"),
  v.description(
    "One per row of the import, in its order. `conflict`: the username, the userId or the phone number belongs to another account.",
  ),
);

export type ImportResult = Immutable<v.InferOutput<typeof importResult>>;

export const results = v.pipe(
  v.array(importResult),
  logged("added", { of: (value) => value.filter(({ result }) => result === "added").length }),
);

export const bindings = v.array(
  shape("BindingView", "A WeChat identity and the account that it is bound to.", {
    appId: v.string(),
    openid: v.string(),
    unionid: v.exactOptional(v.string()),
    phoneNumber: v.exactOptional(
      described(v.string(), "That WeChat has told, where the deployment keeps it."),
    ),
    userId: v.string(),
    boundAt: time,
    disabled: v.boolean(),
  }),
);

export const account = shape("AccountView", "An account and what is bound to it.", {
  username: v.exactOptional(described(v.string(), "Absent where the deployment has no built-in accounts.")),
  userId: v.string(),
  phoneNumber: v.exactOptional(described(v.string(), "That an operator has written.")),
  disabled: v.boolean(),
  bindings,
});

export const sessions = v.array(
  shape("SessionView", "An open session.", {
    id: described(v.string(), "For `sessions.revoke`; useless as a credential."),
    appId: v.string(),
    openid: v.string(),
    createdAt: time,
    expiresAt: time,
    device: v.exactOptional(v.string()),
  }),
);

export const unbound = v.pipe(v.number(), logged("unbound"), v.description("How many bindings ended."));

export const identity = shape("IdentityView", "A WeChat identity.", {
  appId: v.string(),
  openid: v.string(),
});

export type IdentityView = Immutable<v.InferOutput<typeof identity>>;
export type Subject = Immutable<v.InferOutput<typeof subject>>;
export type AccountView = Immutable<v.InferOutput<typeof account>>;
export type BindingView = Immutable<v.InferOutput<typeof bindings>>[number];
export type SessionView = Immutable<v.InferOutput<typeof sessions>>[number];

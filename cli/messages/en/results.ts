import { grouped } from "../../layout.ts";

/** `1 binding`, `1,200 bindings`. */
function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface Counts {
  readonly added: number;
  readonly unchanged: number;
  readonly bad: readonly unknown[];
}

function outcome({ added, unchanged, bad }: Counts): string {
  return `${grouped(added)} added, ${grouped(unchanged)} unchanged, ${grouped(bad.length)} bad`;
}

/** What was done, what is shown, and what is asked before. Names come printable. */
export const results = {
  userId: (userId: string) => `the userId ${userId}`,
  openid: (openid: string) => `the openid ${openid}`,
  accountWithNumber: (phoneNumber: string) => `the account with the phone number ${phoneNumber}`,
  account: (username: string, userId: string) => `${username} (userId ${userId})`,

  username: "username",
  phoneNumber: "phone number",
  state: "state",
  enabled: "enabled",
  disabled: "disabled",
  bindings: "bindings",
  boundAt: "bound at",
  numberAtWeChat: "number at WeChat",
  created: "created",
  expires: "expires",
  device: "device",
  reason: "reason",
  line: (line: number) => `line ${line}`,

  added: (account: string) => `Added ${account}.`,
  passwordChanged: (account: string, unbound: number) =>
    `Changed the password of ${account}. ${count(unbound, "binding")} ended, with every session: the next login needs the ` +
    "new password.",
  numberRemoved: (account: string) =>
    `${account} has no phone number any more: nobody can bind by it, and another account can have it.`,
  numberGiven: (account: string, number: string) =>
    `${account} has the phone number ${number} now. Existing bindings stay.`,
  accountDisabled: (account: string, bindings: number) =>
    `Disabled ${account}. Every session has ended and nobody can log in; its ${count(bindings, "binding")} will work ` +
    "again after `accounts enable`.",
  accountEnabled: (account: string) => `Enabled ${account}. It can log in again, silently too.`,
  accountRemoved: (account: string, unbound: number) =>
    `Removed ${account}. ${count(unbound, "binding")} ended, with every session.`,

  nothingBound: (name: string) => `Nothing is bound to ${name}.`,
  allowed: (name: string, until: string) =>
    `Until ${until}, one more WeChat identity may bind to ${name} by its phone number: make sure that the number is still ` +
    "the same person's. One that the account has already must be unbound first.",
  unbound: (name: string, unbound: number) =>
    `Unbound ${name}: ${count(unbound, "binding")} ended, with every session.`,
  staysDisabled: (name: string, command: string) => `${capital(name)} stays disabled, until \`${command}\`.`,
  identityEnabled: (name: string) =>
    `Enabled ${name}. It is bound to nobody: whoever logs in with it has to bind an account.`,

  noSessions: (name: string) => `${capital(name)} has no open session.`,
  moreSessions: "There are more than are listed; `sessions revoke` without an id ends them all.",
  sessionsRevoked: (name: string, identities: number) =>
    `Ended every session of ${name} (${count(identities, "identity", "identities")}).`,
  sessionRevoked: (name: string, id: string) => `Ended the session ${id} of ${name}.`,
  canLogInAgain:
    "Bindings stay: the phone can log in again without a password. `accounts disable` prevents that.",

  sessionKey: {
    valid: (name: string) =>
      `The stored session_key of ${name} is valid at WeChat: open data can be decrypted.`,
    stale: (name: string) =>
      `No stored session_key of ${name} is valid at WeChat any more: the next login brings a new one.`,
    none: (name: string) =>
      `No session_key of ${name} is stored: it has not logged in within the lifetime of a session.`,
  },
  sessionKeyReset: (name: string) => `${capital(name)} has a new session_key, and only that one is stored.`,

  secretStored: (appId: string, apiUrl: string) =>
    `Stored the AppSecret of ${appId}. The next login at ${apiUrl} uses it.`,
  secretRotated: (appId: string) =>
    `WeChat accepts the AppSecret of ${appId}. It is stored, and used from the next login on; no deployment is needed.`,
  tokenRefreshed: (appId: string, expires: string) =>
    `WeChat has ended the access token of ${appId} and issued another, valid until ${expires}. The functions, and whoever ` +
    "calls `accessToken()`, use it from their next call on.",

  importDone: (total: number, took: string, counts: Counts) =>
    `${count(total, "row")} in ${took}: ${outcome(counts)}.`,
  importStopped: (how: "interrupted" | "ended", done: number, total: number, counts: Counts) =>
    `${how === "interrupted" ? "Interrupted" : "The import ended"} after ${grouped(done)} of ${count(total, "row")} ` +
    `(${outcome(counts)}). Run the same command again to continue: rows that are there stay as they are.`,
  progress: ({ added, unchanged, bad }: Counts) => [
    `${grouped(added)} added`,
    `${grouped(unchanged)} unchanged`,
    `${grouped(bad.length)} bad`,
  ],
  perSecond: (rows: number) => `${grouped(rows)}/s`,
  left: (duration: string) => `${duration} left`,
  seconds: (seconds: number) => `${seconds} s`,
  minutes: (minutes: number) => `${minutes} min`,
  hours: (hours: number) => `${hours} h`,

  newPassword: (username: string) => `New password of ${username}: `,
  again: "The same again: ",
  isEmpty: "It is empty.",
  differ: "The two differ. Please type both again.",
  appSecret: "AppSecret: ",
  newAppSecret: "New AppSecret: ",
  askingWeChat: "Asking WeChat …",
  resetItFirst: (where: string) =>
    `${where} Reset it there first: the old one stops at that moment, and until the new one is stored here, logins ` +
    "are told to try again.",
  changePassword: (account: string, apiUrl: string, bindings: number) =>
    `Change the password of ${account} at ${apiUrl}? Its ${count(bindings, "binding")} and every session end: whoever is ` +
    "logged in needs the new password.",
  removeAccount: (account: string, apiUrl: string, bindings: number) =>
    `Remove ${account} at ${apiUrl}? Its ${count(bindings, "binding")} and every session end with it, and it cannot be ` +
    "undone.",
  unbind: (name: string, apiUrl: string, bindings: number) =>
    `Unbind ${name} (${count(bindings, "binding")}) at ${apiUrl}? Every session ends, and the next login needs username ` +
    "and password.",
  revokeSessions: (name: string, apiUrl: string, open: number) =>
    `End every session of ${name} (${grouped(open)} open) at ${apiUrl}? Bindings stay: the next silent login opens a new ` +
    "one.",
  resetSessionKey: (name: string, apiUrl: string) =>
    `Reset the session_key of ${name} at ${apiUrl}? Open data that a phone has fetched and not sent yet can no longer be ` +
    "decrypted.",
  refreshToken: (appId: string | undefined, apiUrl: string) =>
    `End the access token of ${appId ?? "the mini-program"} at ${apiUrl}? Every server that has it must ask for another, and WeChat does this 20 ` +
    "times a day at most.",

  simulatorReady: "The WeChat simulator is ready.",
  inPlaceOf: "in place of",
  miniPrograms: "mini-programs",
  boundTo: (owner: string) => `bound to ${owner}`,
  answers: "answers",
  controls: "controls",
  tryIt: "Try it, in another terminal:",
  /** Of the simulator, in its words. */
  simulatorAdvice: (advice: string) => advice,
  simulatorPage: "docs/wechat-simulator.md shows a whole login, and every refusal. Ctrl-C ends it.",
};

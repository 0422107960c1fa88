const login = [
  "APP_SECRETS",
  "WECHAT_BASE_URL",
  "BINDINGS_TABLE",
  "SESSIONS_TABLE",
  "ATTEMPTS_TABLE",
  "VERIFIER_FUNCTION",
  "IDENTITIES_PER_ACCOUNT",
  "SESSION_LIFETIME_SECONDS",
  "ATTEMPTS_PER_IDENTITY",
  "ATTEMPTS_PER_SOURCE_IP",
  "ATTEMPTS_PER_USERNAME",
  "INVALID_CODES_PER_SOURCE_IP",
  "ATTEMPTS_WINDOW_SECONDS",
] as const;

/**
 * What each function reads from its environment. The construct writes exactly these names and the entries read
 * them, so that neither can be misspelt without a compile error. Functions import its types only: a bundle that carried
 * this table would change with every other function.
 */
export const environments = {
  login,
  // With what only some deployments have: theirs is a bundle of its own, so that the others do not carry it.
  "full-login": login,
  "access-token": ["APP_SECRETS", "WECHAT_BASE_URL"],
  session: ["BINDINGS_TABLE", "SESSIONS_TABLE"],
  "open-data": ["SESSION_KEYS_TABLE"],
  authorizer: ["BINDINGS_TABLE", "SESSIONS_TABLE"],
  verifier: ["ACCOUNTS_TABLE"],
  admin: [
    "APP_SECRETS",
    "WECHAT_BASE_URL",
    "BINDINGS_TABLE",
    "SESSIONS_TABLE",
    "ATTEMPTS_TABLE",
    "ACCOUNTS_TABLE",
    "LOGIN_FUNCTION",
    "SESSION_FUNCTION",
    "AUTHORIZER_FUNCTION",
    "VERIFIER_FUNCTION",
  ],
  // Of deployments that know phone numbers.
  phone: [
    "APP_SECRETS",
    "WECHAT_BASE_URL",
    "BINDINGS_TABLE",
    "ATTEMPTS_TABLE",
    "PHONE_PER_DAY",
    "PHONE_PER_IDENTITY",
  ],
  "phone-verifier": ["ACCOUNTS_TABLE"],
  "phone-authorizer": ["BINDINGS_TABLE", "SESSIONS_TABLE"],
  hello: [],
} as const satisfies Record<string, readonly string[]>;

/** Set only where the owner's props ask for what they are for: without them the function does without. */
export const optionalVariables = [
  "VERIFIER_IS_OWNERS",
  "ACCESS_TOKENS",
  "RISK_RANK_REFUSE_FROM",
  "SESSION_KEYS_TABLE",
  "PHONE_VERIFIER_FUNCTION",
  "PHONE_PER_DAY",
  "PHONE_PER_IDENTITY",
  "PHONE_NEXT_HOLDER",
  "PHONE_KEEP_NUMBER",
  "PHONE_NUMBERS_ONLY",
] as const;

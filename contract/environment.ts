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
 * them, so that neither can be misspelt without a compile error.
 */
export const environments = {
  login,
  // With what only some deployments have: theirs is a bundle of its own, so that the others do not carry it.
  "full-login": [...login],
  session: ["BINDINGS_TABLE", "SESSIONS_TABLE"],
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
  hello: [],
} as const satisfies Record<string, readonly string[]>;

export type FunctionName = keyof typeof environments;
export type Environment<F extends FunctionName> = Record<(typeof environments)[F][number], string>;

/** In place of a function or table that this deployment does without (`VERIFIER_FUNCTION`, `ACCOUNTS_TABLE`). */
export const none = "none";

/** Throws, by name, for the first variable that is missing or empty. */
export function readEnvironment<F extends FunctionName>(
  functionName: F,
  source: Record<string, string | undefined>,
): Environment<F> {
  const names: readonly string[] = environments[functionName];
  const entries = names.map((name) => {
    const value = source[name];
    if (value === undefined || value === "") {
      throw new Error(`The ${functionName} function needs the environment variable ${name}.`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as Environment<F>;
}

/** The same for a variable that must be a whole number, `least` or more. */
export function wholeNumber(name: string, value: string, least = 0): number {
  if (!/^\d{1,12}$/.test(value) || Number(value) < least) {
    throw new Error(
      `The environment variable ${name} must be a whole number${least > 0 ? `, ${least} or more` : ""}.`,
    );
  }
  return Number(value);
}

/**
 * What the AppSecret holds until somebody sets it. Never change it: the deployed template carries it as the secret's
 * value, and a changed value would overwrite the live AppSecret at the next deploy.
 */
export const appSecretPlaceholder = "REPLACE_WITH_THE_APP_SECRET_OF_YOUR_MINI_PROGRAM";

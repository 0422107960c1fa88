import type { environments, optionalVariables } from "./environments.ts";

export type FunctionName = keyof typeof environments;
export type Environment<F extends FunctionName> = Readonly<Record<(typeof environments)[F][number], string>>;
export type OptionalVariable = (typeof optionalVariables)[number];

/** In place of a function or table that this deployment does without (`VERIFIER_FUNCTION`, `ACCOUNTS_TABLE`). */
export const none = "none";

/** The variables by their names. Throws, by name, for one that is missing or empty, when it is read. */
export function readEnvironment<F extends FunctionName>(
  functionName: F,
  source: Record<string, string | undefined>,
): Environment<F> {
  return new Proxy({} as Environment<F>, {
    get(_, name) {
      const value = typeof name === "string" && source[name];
      if (value) return value;
      throw new Error(`The ${functionName} function needs the environment variable ${String(name)}.`);
    },
  });
}

/** A variable that only some deployments set; undefined in the others. */
export function optionalVariable(
  name: OptionalVariable,
  source: Record<string, string | undefined>,
): string | undefined {
  return source[name] || undefined;
}

/** The value of a variable that must be a whole number, `least` or more. */
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

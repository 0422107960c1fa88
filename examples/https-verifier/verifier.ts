/**
 * Answers of an account verifier: whose account it is, or why not. `countAs`: the name that your service has looked up, for
 * the limits of attempts. Without it a service that takes several spellings for one name gives each a budget of its own.
 */
export type Verdict = { readonly countAs?: string } & (
  | { readonly userId: string }
  | { readonly refused: "invalid_credentials" | "account_disabled" }
);

export interface VerifierSettings {
  /** Your user service, `https://…`: it is asked with POST `{ username, password }` and answers `{ id, name }`, or 401 or 403 with `{ name }`. */
  readonly url: string;
  /** What your service wants to see in `Authorization`: asked for at each call. */
  readonly authorization: () => Promise<string>;
  /** For all of it, in milliseconds. Login gives up on its verifier after 4 s. */
  readonly timeoutMs?: number;
}

/**
 * An account verifier that asks a user service over HTTPS. Only 200, 401 and 403 are verdicts: everything else is
 * thrown, because an outage must not look like a wrong password. Nothing that a person typed gets into an error.
 */
export function httpsVerifier({ url, authorization, timeoutMs = 3_000 }: VerifierSettings) {
  return async ({ username, password }: { username: string; password: string }): Promise<Verdict> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: await authorization() },
      body: JSON.stringify({ username, password }),
      // A redirect would send the password to wherever it points.
      redirect: "error",
      signal,
    });
    const refusal = refusals[response.status];
    if (!refusal && response.status !== 200) throw new Error(`The user service answered ${response.status}`);
    const { id, name } = await members(response);
    const counted = typeof name === "string" && name !== "" && { countAs: name };
    if (refusal) return { refused: refusal, ...counted };
    if (typeof id !== "string" || id === "") throw new Error("The user service named no id");
    return { userId: id, ...counted };
  };
}

const refusals: Readonly<Record<number, "invalid_credentials" | "account_disabled">> = {
  401: "invalid_credentials",
  403: "account_disabled",
};

/** None where it is no JSON object: a refusal needs none. */
async function members(response: Response): Promise<{ readonly id?: unknown; readonly name?: unknown }> {
  const body: unknown = await response.json().catch(() => undefined);
  return typeof body === "object" && body !== null ? body : {};
}

/** Answers of an account verifier: whose account it is, or why not. */
export type Verdict =
  | { readonly userId: string }
  | { readonly refused: "invalid_credentials" | "account_disabled" };

export interface VerifierSettings {
  /** Your user service, `https://…`: it is asked with POST `{ username, password }`. */
  readonly url: string;
  /** What your service wants to see in `Authorization`. */
  readonly authorization: string;
  /** For all of it, in milliseconds. Login gives up on its verifier after 4 s. */
  readonly timeoutMs?: number;
}

/**
 * An account verifier that asks a user service over HTTPS. Only 200, 401 and 403 are verdicts: everything else is
 * thrown, because an outage must not look like a wrong password. Nothing that a person typed gets into an error.
 */
export function httpsVerifier({ url, authorization, timeoutMs = 3_000 }: VerifierSettings) {
  return async ({ username, password }: { username: string; password: string }): Promise<Verdict> => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ username, password }),
      // A redirect would send the password to wherever it points.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 401) return { refused: "invalid_credentials" };
    if (response.status === 403) return { refused: "account_disabled" };
    if (response.status !== 200) throw new Error(`The user service answered ${response.status}`);
    const body: unknown = await response.json();
    const userId = typeof body === "object" && body !== null && "id" in body ? body.id : undefined;
    if (typeof userId !== "string" || userId === "") throw new Error("The user service named no id");
    return { userId };
  };
}

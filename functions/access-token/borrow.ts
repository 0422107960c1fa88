import type { LambdaClient } from "@aws-sdk/client-lambda";
import { type AccessTokenAnswer, accessTokenVariable } from "../../contract/access-token.ts";
import { cachedAccessTokens } from "../core/access-token-cache.ts";

export interface AccessTokenOptions {
  /** Which mini-program's; may be left out where the deployment has only one. */
  readonly appId?: string | undefined;
  /** A token of this function's that WeChat did not take (40001, 40014, 42001): gives another one. */
  readonly refused?: string | undefined;
}

/**
 * Why there is no access token. `code`: `not_granted` and `not_allowed` until the owner deploys a grant, `unavailable`
 * where AWS or the function that lends it failed, or why WeChat gives none, as in the login's errors (`not_configured`,
 * `wechat_timeout`, …). `message` says what to do.
 */
export class AccessTokenError extends Error {
  override readonly name = "AccessTokenError";
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const grantIt = "grant it with `login.grantAccessToken(fn)` of the construct WeappLogin and deploy";
/** Longer than the function that lends it takes at most. */
const deadlineMs = 12_000;

let client: LambdaClient | undefined;
const tokens = cachedAccessTokens(borrow, Date.now);

/**
 * WeChat's access token for server calls, borrowed from the login's stack and kept for the life of the instance. Callers
 * at the same time share one request. Where WeChat answers 40001, 40014 or 42001, ask once more with `refused`. Throws
 * AccessTokenError.
 */
export async function accessToken({ appId = "", refused }: AccessTokenOptions = {}): Promise<string> {
  const token = await (refused === undefined ? tokens.current(appId) : tokens.insteadOf(appId, refused));
  if ("value" in token) return token.value;
  throw new AccessTokenError(token.refused, String(token.facts?.detail));
}

async function borrow(appId: string, refused?: string) {
  const answer = await invoke({ ...(appId && { appId }), ...(refused !== undefined && { refused }) });
  if (!("refused" in answer)) return { value: answer.accessToken, expiresAt: Date.parse(answer.expiresAt) };
  const { refused: code, detail } = answer;
  if (code === "invalid_request") throw new AccessTokenError(code, detail);
  return { refused: code, facts: { detail } };
}

async function invoke(question: object): Promise<AccessTokenAnswer> {
  const FunctionName = process.env[accessTokenVariable];
  if (!FunctionName) {
    throw new AccessTokenError("not_granted", `${accessTokenVariable} is not set: ${grantIt}.`);
  }
  // Lambda's Node runtime has it: whoever bundles this needs no second copy.
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
  client ??= new LambdaClient({});
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(question) });
  const abortSignal = AbortSignal.timeout(deadlineMs);
  const { FunctionError, Payload } = await client.send(command, { abortSignal }).catch(failed);
  if (FunctionError !== undefined)
    throw new AccessTokenError("unavailable", `${FunctionName} failed: see its log.`);
  return JSON.parse(Buffer.from(Payload ?? []).toString("utf8"));
}

function failed(error: unknown): never {
  if (error instanceof Error && /^AccessDenied/.test(error.name)) {
    throw new AccessTokenError("not_allowed", `This function's role may not invoke it: ${grantIt}.`, error);
  }
  throw new AccessTokenError("unavailable", "AWS did not answer: try again.", error);
}

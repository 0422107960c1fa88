import { type ErrorCode, errors } from "../../../contract/errors.ts";
import { outsideContract } from "../openapi/answers.ts";
import type { Invocation } from "./network.ts";

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What a login sent, and what may be said to it. */
export interface LoginFacts {
  /** A code that WeChat has given for this one login. */
  readonly isFreshCode: boolean;
  readonly password?: "right" | "wrong" | "changing";
  /** Limits are in force. */
  readonly mayBeLimited: boolean;
  /** Somebody has been disabled, or removed, before. */
  readonly mayBeDisabled: boolean;
  /** Its identity had an account all the time. */
  readonly isBound: boolean;
  /** The AppSecret here and WeChat's may be two. */
  readonly isRotating: boolean;
  readonly oneIdentityPerApp: boolean;
}

/** What is said of each thing that WeChat may do. */
const ofWeChat: Readonly<Record<string, readonly ErrorCode[]>> = {
  "refused for now": ["wechat_busy"],
  conflict: ["rate_limited"],
  "odd answer": ["wechat_unavailable"],
  unprocessed: ["wechat_unavailable"],
  blocked: ["wechat_user_blocked"],
  "over the quota": ["quota_exhausted"],
  "answer lost": ["wechat_unavailable", "wechat_timeout"],
  "request lost": ["wechat_unavailable", "wechat_timeout"],
};

/** So many conflicts may take longer than a login may. */
const patience = 6;

/** Fails for what the contract does not allow, in itself and by what has gone wrong. */
export function answerChecks(violated: (what: string) => void) {
  function inContract(method: string, path: string, { status, headers, text }: ApiAnswer): void {
    const [wrong] = outsideContract(method, path, status, new Headers({ ...headers }), text);
    if (wrong) violated(`an answer that openapi.yaml does not allow: ${wrong}`);
  }

  function checkProblem(text: string, at: "login" | "elsewhere", status: number): ErrorCode | undefined {
    const { code, action } = JSON.parse(text);
    const row = errors[code as ErrorCode];
    if (!row) {
      violated(`an error that nobody knows: ${code}`);
      return undefined;
    }
    if (row.status !== status) violated(`${code} with another status`);
    if (action !== (at === "login" ? row.action : row.elsewhere))
      violated(`${code} with the action ${action}`);
    return code;
  }

  function checkLogin(code: ErrorCode, { troubles }: Invocation, facts: LoginFacts): void {
    const trouble = (place: RegExp) => troubles.some((it) => place.test(it));
    const known: Partial<Record<ErrorCode, boolean>> = {
      internal_error: false,
      method_not_allowed: false,
      // Conflicts pass, and are waited for.
      store_unavailable: trouble(/^DynamoDB(?!: conflict)|^Lambda/) || troubles.length > patience,
      not_configured: facts.isRotating || trouble(/^Secrets/),
      wechat_unavailable: facts.isRotating || trouble(/^(WeChat|Secrets)/),
      wechat_timeout: trouble(/^(WeChat|Secrets)/),
      wechat_busy: trouble(/^WeChat: refused/),
      rate_limited: trouble(/^WeChat: conflict/),
      wechat_user_blocked: trouble(/^WeChat: blocked/),
      invalid_code: !facts.isFreshCode,
      invalid_credentials: facts.password !== "right",
      too_many_attempts: facts.mayBeLimited,
      account_disabled: facts.mayBeDisabled,
      binding_required: !facts.isBound,
      account_already_bound: facts.oneIdentityPerApp,
    };
    if (known[code] === false) violated(`${code} is said for no reason`);
    const [first, ...others] = troubles.filter((it) => it.startsWith("WeChat: "));
    const expected = first && others.length === 0 ? ofWeChat[first.slice("WeChat: ".length)] : undefined;
    if (expected && !facts.isRotating && !trouble(/^Secrets/) && !expected.includes(code)) {
      violated(`${code} is said where ${first} must be told as ${expected.join(" or ")}`);
    }
  }

  return {
    inContract,
    /** The answer to a login; its error's code, if it is one. */
    login(answer: ApiAnswer, invocation: Invocation, facts: LoginFacts): ErrorCode | undefined {
      inContract("POST", "/login", answer);
      if (answer.status === 200) {
        if (facts.password === "wrong") violated("a wrong password opens");
        return undefined;
      }
      if (!answer.headers["content-type"]?.startsWith("application/problem+json")) return undefined;
      const code = checkProblem(answer.text, "login", answer.status);
      if (code) checkLogin(code, invocation, facts);
      return code;
    },
    /** The answer of the session function. */
    session(method: string, path: string, answer: ApiAnswer, troubles: readonly string[]): void {
      inContract(method, path, answer);
      if (!answer.headers["content-type"]?.startsWith("application/problem+json")) return;
      const code = checkProblem(answer.text, "elsewhere", answer.status);
      if (code !== "store_unavailable" || troubles.length === 0) violated(`${code} is said for no reason`);
    },
  };
}

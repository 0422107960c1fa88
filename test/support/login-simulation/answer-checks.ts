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
  readonly byPhone?: PhoneCodeFacts;
}

/** What a phone code was, and what may be said to it. */
export interface PhoneCodeFacts {
  /** One that WeChat has given for this one request. */
  readonly isFresh: boolean;
  /** The day's limits are reached soon. */
  readonly isLimitTight: boolean;
  /** A number lets in one identity only. */
  readonly mayBeTaken: boolean;
  /** A token was ended meanwhile, before its time. */
  readonly mayHaveEnded: boolean;
}

/** What may be said to a request with a session, beside an outage. */
export interface ElsewhereFacts {
  readonly byPhone?: PhoneCodeFacts & { readonly isRotating: boolean };
  readonly isOpenData?: true;
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

  /** `isByPhone`: then another phone code may be asked for. */
  function checkProblem(
    { text, status }: ApiAnswer,
    at: "login" | "elsewhere",
    isByPhone: boolean,
  ): ErrorCode | undefined {
    const { code, action } = JSON.parse(text);
    const row = errors[code as ErrorCode];
    if (!row) {
      violated(`an error that nobody knows: ${code}`);
      return undefined;
    }
    if (row.status !== status) violated(`${code} with another status`);
    const expected = at === "login" ? row.action : row.elsewhere;
    if (action !== expected && !(isByPhone && action === "new_phone_code")) {
      violated(`${code} with the action ${action}`);
    }
    return code;
  }

  function checkLogin(code: ErrorCode, { troubles }: Invocation, facts: LoginFacts): void {
    const trouble = (place: RegExp) => troubles.some((it) => place.test(it));
    const { byPhone } = facts;
    const known: Partial<Record<ErrorCode, boolean>> = {
      internal_error: false,
      method_not_allowed: false,
      invalid_request: false,
      session_key_stale: false,
      // Conflicts pass, and are waited for.
      store_unavailable: trouble(/^DynamoDB(?!: conflict)|^Lambda/) || troubles.length > patience,
      ...ofServerCalls(troubles, facts.isRotating, byPhone),
      wechat_user_blocked: trouble(/^WeChat: blocked/),
      invalid_phone_code: byPhone !== undefined && !byPhone.isFresh,
      phone_number_taken: byPhone?.mayBeTaken === true,
      invalid_code: !facts.isFreshCode,
      invalid_credentials: facts.password !== "right",
      too_many_attempts: facts.mayBeLimited || byPhone?.isLimitTight === true,
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
      const code = checkProblem(answer, "login", facts.byPhone !== undefined);
      if (code) checkLogin(code, invocation, facts);
      return code;
    },
    /** Why no access token is lent. */
    lending(
      code: string,
      troubles: readonly string[],
      facts: { readonly isRotating: boolean; readonly mayHaveEnded: boolean },
    ): void {
      const known = ofServerCalls(troubles, facts.isRotating, {
        ...facts,
        isFresh: false,
        isLimitTight: false,
        mayBeTaken: false,
      });
      if (!known[code as ErrorCode]) violated(`${code} is said for no reason, of an access token`);
    },
    /** The answer of a route that needs a session. */
    elsewhere(
      method: string,
      path: string,
      answer: ApiAnswer & { readonly troubles: readonly string[] },
      { byPhone, isOpenData }: ElsewhereFacts,
    ): void {
      inContract(method, path, answer);
      if (!answer.headers["content-type"]?.startsWith("application/problem+json")) return;
      const code = checkProblem(answer, "elsewhere", byPhone !== undefined);
      const { troubles } = answer;
      const known: Partial<Record<ErrorCode, boolean>> = {
        store_unavailable: troubles.length > 0,
        ...(byPhone && {
          ...ofServerCalls(troubles, byPhone.isRotating, byPhone),
          invalid_phone_code: !byPhone.isFresh,
          too_many_attempts: byPhone.isLimitTight,
        }),
        session_key_stale: isOpenData === true,
        invalid_request: isOpenData === true,
      };
      if (code && !known[code]) violated(`${code} is said for no reason`);
    },
  };
}

/** What may be said where WeChat is asked for more than a person behind a code. */
function ofServerCalls(
  troubles: readonly string[],
  isRotating: boolean,
  byPhone: PhoneCodeFacts | undefined,
): Partial<Record<ErrorCode, boolean>> {
  const trouble = (place: RegExp) => troubles.some((it) => place.test(it));
  return {
    not_configured: isRotating || trouble(/^Secrets|^WeChat's.*: blocked/),
    wechat_unavailable: isRotating || byPhone?.mayHaveEnded === true || trouble(/^(WeChat|Secrets)/),
    wechat_timeout: trouble(/^(WeChat|Secrets)/),
    wechat_busy: trouble(/^WeChat.*: refused/),
    rate_limited: trouble(/^WeChat.*: conflict/),
    quota_exhausted: byPhone?.isLimitTight === true || trouble(/^WeChat.*: over the quota/),
  };
}

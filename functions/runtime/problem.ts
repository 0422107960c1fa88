import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { type Action, type ErrorCode, errors } from "../../contract/errors.ts";
import type { Facts } from "../core/refusal.ts";
import { languageFor } from "./language.ts";
import type { Outcome } from "./shell.ts";

export interface ProblemDetails {
  readonly detail?: string;
  /** The fields at fault, for `invalid_request`. */
  readonly fields?: readonly string[];
  readonly bindTicket?: string;
  /** In the place of the code's own. */
  readonly action?: Action;
  /** Seconds; becomes the `Retry-After` header. */
  readonly retryAfter?: number;
  readonly allow?: string;
}

type At = "login" | "elsewhere";

type Event = Partial<Pick<APIGatewayProxyEventV2, "headers">> & {
  readonly requestContext: { readonly requestId: string };
};

/**
 * An error answer: `application/problem+json`, RFC 9457, with its title in the language of the request. `at` says where
 * it happened, because what an outage means to a client differs: at login the code is gone (`new_code`), elsewhere the
 * same call may be sent again (`retry`).
 */
export function problem(
  { headers, requestContext: { requestId } }: Event,
  code: ErrorCode,
  details: ProblemDetails = {},
  at: At = "login",
): APIGatewayProxyStructuredResultV2 {
  const { status, action, elsewhere, title } = errors[code];
  const language = languageFor(headers?.["accept-language"]);
  const { retryAfter, allow, ...members } = details;
  return {
    statusCode: status,
    headers: {
      "content-type": "application/problem+json",
      "content-language": language,
      "cache-control": "no-store",
      ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
      ...(allow !== undefined && { allow }),
    },
    body: JSON.stringify({
      type: `urn:weapp-login:error:${code}`,
      title: title[language],
      status,
      code,
      action: at === "login" ? action : elsewhere,
      requestId,
      ...members,
    }),
  };
}

/** The same with its line in the log, which has the `facts` too. */
export function refusal(
  event: Event,
  code: ErrorCode,
  details: ProblemDetails = {},
  facts: Facts = {},
  at: At = "login",
): Outcome<APIGatewayProxyStructuredResultV2> {
  return {
    answer: problem(event, code, details, at),
    line: { outcome: code, status: errors[code].status, ...facts },
  };
}

import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { type ErrorCode, errors } from "../../contract/errors.ts";
import { type LoginNeeds, login } from "../core/login.ts";
import { type Facts, isRefusal } from "../core/refusal.ts";
import { iso, json } from "../runtime/answer.ts";
import type { Invocation, Time } from "../runtime/invocation.ts";
import { isBad } from "../runtime/json-body.ts";
import { type ProblemDetails, problem } from "../runtime/problem.ts";
import { whatBroke } from "../runtime/what-broke.ts";
import { type Deployment, readLoginRequest } from "./request.ts";

/** The worst login answers within 8 s, also when every store is slow. */
const deadlineMs = 7_000;

export interface LoginHandlerNeeds {
  readonly deployment: Deployment;
  /** Everything the login needs, with calls that end at `deadline` and are timed. */
  readonly needsUntil: (deadline: AbortSignal, time: Time) => LoginNeeds;
  readonly begin: () => Invocation;
}

/** `ANY /login`. */
export function loginHandler({ deployment, needsUntil, begin }: LoginHandlerNeeds) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { log, time } = begin();
    const { requestId } = event.requestContext;
    const refuse = (code: ErrorCode, details: ProblemDetails = {}, facts: Facts = {}) => {
      log({ event: "login", outcome: code, status: errors[code].status, requestId, ...facts });
      return problem(code, requestId, details);
    };

    if (event.requestContext.http.method !== "POST") {
      const detail =
        "Call wx.request with method: 'POST'. Its default is GET, which would put the password into a URL.";
      return refuse("method_not_allowed", { allow: "POST", detail });
    }
    try {
      const request = readLoginRequest(event, deployment);
      if (isBad(request)) return refuse(request.bad, request.details);
      const result = await login(request, needsUntil(AbortSignal.timeout(deadlineMs), time));
      if (isRefusal(result)) {
        const { refused, facts, ...details } = result;
        return refuse(refused, details, facts);
      }
      const { sessionId, userId, newBinding, facts } = result;
      log({ event: "login", outcome: "logged_in", status: 200, requestId, userId, newBinding, ...facts });
      return json(200, { sessionId, expiresAt: iso(result.expiresAt * 1000), userId, newBinding });
    } catch (error) {
      const { code, facts } = whatBroke(error);
      return refuse(code, {}, facts);
    }
  };
}

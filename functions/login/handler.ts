import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { loginDeadlineMs } from "../../contract/deadline-ms.ts";
import { iso } from "../core/iso.ts";
import { login } from "../core/login.ts";
import type { LoginDeps } from "../core/login-attempt.ts";
import { isRefusal } from "../core/refusal.ts";
import { json } from "../runtime/answer.ts";
import { refusal } from "../runtime/problem.ts";
import type { LambdaFunction } from "../runtime/shell.ts";
import { type Deployment, readLoginRequest } from "./request.ts";

type Event = APIGatewayProxyEventV2;
type Answer = APIGatewayProxyStructuredResultV2;

/** `ANY /login`. `logIn`: the login itself, with whatever this deployment has around it. */
export function loginHandler(
  deployment: Deployment,
  deps: LoginDeps,
  logIn: typeof login = login,
): LambdaFunction<Event, Answer> {
  return {
    deadlineMs: loginDeadlineMs,
    about: ({ requestContext }) => ({ event: "login", requestId: requestContext.requestId }),

    async handle(event) {
      if (event.requestContext.http.method !== "POST") {
        const detail =
          "Call wx.request with method: 'POST'. Its default is GET, which would put the password into a URL.";
        return refusal(event, "method_not_allowed", { allow: "POST", detail });
      }
      const request = readLoginRequest(event, deployment);
      if (isRefusal(request)) {
        const { refused, ...details } = request;
        return refusal(event, refused, details);
      }
      const result = await logIn(request, deps);
      if (isRefusal(result)) {
        const { refused, facts, ...details } = result;
        return refusal(event, refused, details, facts);
      }
      const { sessionId, userId, newBinding, facts } = result;
      return {
        answer: json(200, { sessionId, expiresAt: iso(result.expiresAt * 1000), userId, newBinding }),
        line: { outcome: "logged_in", status: 200, userId, newBinding, ...facts },
      };
    },

    broke: ({ code, facts }, event) => refusal(event, code, {}, facts),
  };
}

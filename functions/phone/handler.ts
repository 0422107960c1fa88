import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { deadlines } from "../../contract/deadlines.ts";
import { generationIn } from "../../contract/session-generation.ts";
import { sessionOf } from "../../contract/session-of.ts";
import { identityText } from "../core/identity.ts";
import { PhoneCodeSpent } from "../core/phone-number.ts";
import { type PhoneOfSessionDeps, phoneOfSession } from "../core/phone-of-session.ts";
import { isRefusal } from "../core/refusal.ts";
import { json, noLongerValid } from "../runtime/answer.ts";
import { invalid, readJsonObject } from "../runtime/json-body.ts";
import { refusal } from "../runtime/problem.ts";
import type { LambdaFunction } from "../runtime/shell.ts";
import { whatBroke } from "../runtime/what-broke.ts";

type Event = APIGatewayProxyEventV2;
type Answer = APIGatewayProxyStructuredResultV2;

const longestCode = 128;

/** `POST /phone { phoneCode }`, behind the authorizer: the number that WeChat has of a session's owner. */
export function phoneHandler(deps: PhoneOfSessionDeps): LambdaFunction<Event, Answer> {
  return {
    deadlineMs: deadlines.phone.deadlineMs,
    about: ({ requestContext }) => ({ event: "phone", requestId: requestContext.requestId }),

    async handle(event) {
      const caller = sessionOf(event);
      const { userId, appId } = caller;
      const who = { userId, appId, identity: identityText(caller) };
      const request = readPhoneCode(event);
      if (isRefusal(request)) {
        const { refused, ...details } = request;
        return refusal(event, refused, details, who, "elsewhere");
      }
      try {
        const holder = { ...caller, generation: generationIn(event) };
        const told = await phoneOfSession(holder, request.phoneCode, deps);
        if ("ended" in told) {
          return { answer: noLongerValid(), line: { outcome: "refused", status: 403, ...who } };
        }
        if ("refusal" in told) {
          const { refused, facts, ...details } = told.refusal;
          const action = told.spent && ({ action: "new_phone_code" } as const);
          return refusal(event, refused, { ...details, ...action }, { ...who, ...facts }, "elsewhere");
        }
        return {
          answer: json(200, { phoneNumber: told.phoneNumber }),
          line: { outcome: "told", status: 200, ...who },
        };
      } catch (error) {
        if (!(error instanceof PhoneCodeSpent)) throw error;
        const { code, facts } = whatBroke(error.cause);
        return refusal(event, code, { action: "new_phone_code" }, { ...who, ...facts }, "elsewhere");
      }
    },

    broke: ({ code, facts }, event) => refusal(event, code, {}, facts, "elsewhere"),
  };
}

function readPhoneCode(event: Event) {
  const read = readJsonObject(event);
  if (isRefusal(read)) return read;
  const { phoneCode } = read.body;
  const isCode =
    typeof phoneCode === "string" &&
    phoneCode.trim() !== "" &&
    phoneCode.length <= longestCode &&
    phoneCode.isWellFormed() &&
    !phoneCode.includes("\0");
  return isCode
    ? { phoneCode }
    : invalid(`The field phoneCode must be text of 1 to ${longestCode} characters.`, "phoneCode");
}

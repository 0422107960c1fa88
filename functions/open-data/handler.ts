import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { deadlines } from "../../contract/deadlines.ts";
import { sessionOf } from "../../contract/session-of.ts";
import { identityKey, identityText } from "../core/identity.ts";
import { openData } from "../core/open-data.ts";
import { isRefusal } from "../core/refusal.ts";
import type { SessionKeys } from "../core/session-key.ts";
import { json } from "../runtime/answer.ts";
import { refusal } from "../runtime/problem.ts";
import type { LambdaFunction } from "../runtime/shell.ts";
import { readOpenDataRequest } from "./request.ts";

export interface OpenDataDeps {
  readonly sessionKeys: Pick<SessionKeys, "find">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * `POST /open-data`, behind the authorizer, which has just read the session: no second read. Neither the data nor what they
 * were made of ever come into the log.
 */
export function openDataHandler({
  sessionKeys,
  now,
}: OpenDataDeps): LambdaFunction<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    deadlineMs: deadlines["open-data"].deadlineMs,
    about: ({ requestContext }) => ({ event: "openData", requestId: requestContext.requestId }),

    async handle(event) {
      const { userId, ...caller } = sessionOf(event);
      const who = { userId, identity: identityText(caller) };
      const request = readOpenDataRequest(event);
      const opened = isRefusal(request)
        ? request
        : openData(request, caller, await sessionKeys.find(identityKey(caller)), now());
      if (!isRefusal(opened)) {
        return { answer: json(200, { data: opened.data }), line: { outcome: "opened", status: 200, ...who } };
      }
      const { refused, ...details } = opened;
      return refusal(event, refused, details, who, "elsewhere");
    },

    broke: ({ code, facts }, event) => refusal(event, code, {}, facts, "elsewhere"),
  };
}

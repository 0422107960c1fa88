import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { errors } from "../../../contract/errors.ts";
import { apiEvent, bodyOf } from "../api-event.ts";
import { deployed } from "../deployed-login.ts";
import { alice, cafe, lisi, shop, zhangsan } from "../fakes.ts";
import { type Target, wrong } from "./target.ts";
import { type Below, values } from "./values.ts";

const names = [
  "code",
  "code",
  "bindTicket",
  "username",
  "password",
  "appId",
  "openid",
  "userId",
  "sessionId",
];

function events(
  below: Below,
  freshCode: () => string,
  tickets: readonly string[],
): () => APIGatewayProxyEventV2 {
  const { oneOf, oneIn, anyOf, value, object, mutated, json, damaged } = values(below);

  /** Close to a real request, so that many cases get past the first check. */
  const plausible = (): Record<string, unknown> => ({
    ...oneOf<object>({ code: freshCode() }, { bindTicket: anyOf(tickets) ?? "A".repeat(43) }),
    ...oneOf<object>({ appId: shop }, { appId: shop }, { appId: cafe }, {}),
    ...oneOf<object>(zhangsan, lisi, { ...zhangsan, password: "wrong" }, {}),
  });
  const body = (): unknown =>
    oneOf<() => unknown>(
      plausible,
      plausible,
      plausible,
      () => mutated(plausible()),
      () => object(names),
      value,
    )();

  return () => {
    const plain = json(body());
    const bytes = oneIn(6) ? damaged(plain) : Buffer.from(plain);
    const isBase64Encoded = oneIn(3);
    const text = isBase64Encoded ? bytes.toString("base64") : bytes.toString("utf8");
    const contentType = oneIn(12) ? oneOf("text/plain", "", "application/json,") : "application/json";
    return apiEvent({
      method: oneIn(20) ? oneOf("GET", "PUT", "constructor") : "POST",
      headers: { ...(!oneIn(30) && { "content-type": contentType }) },
      ...(!oneIn(40) && { body: oneIn(30) ? `${text}${oneOf("!", "=", "\0", "\ud800")}` : text }),
      isBase64Encoded: oneIn(50) ? !isBase64Encoded : isBase64Encoded,
    });
  };
}

const rows: ReadonlyMap<unknown, { status: number; action: string }> = new Map(Object.entries(errors));

/** What is wrong with an answer, or undefined: then it is the success or one of the problems that were promised. */
function flaw(answer: APIGatewayProxyStructuredResultV2): string | undefined {
  const body = bodyOf(answer);
  const headers = new Map(Object.entries(answer.headers ?? {}));
  if (headers.get("cache-control") !== "no-store") return "may be cached";
  if (answer.statusCode === 200) {
    if (headers.get("content-type") !== "application/json") return "a success that is no JSON";
    const { sessionId, expiresAt, userId, newBinding, ...rest } = body;
    if (!/^[A-Za-z0-9_-]{64}$/.test(String(sessionId))) return "a success without a SessionId";
    if (Number.isNaN(Date.parse(String(expiresAt)))) return "a success without an end";
    if (userId !== "user-1" && userId !== "user-2") return "a success of nobody";
    if (typeof newBinding !== "boolean") return "a success that does not say whether the binding is new";
    return Object.keys(rest).length > 0 ? `a success with ${Object.keys(rest)}` : undefined;
  }
  const row = rows.get(body.code);
  if (!row) return `the code ${body.code}`;
  if (headers.get("content-type") !== "application/problem+json") return "a problem of another type";
  if (answer.statusCode !== row.status || body.status !== row.status)
    return `the status ${answer.statusCode}`;
  if (body.action !== row.action) return `the action ${body.action}`;
  if (body.requestId !== "request-1") return "no requestId";
  if (row.status >= 500) return "an outage, although nothing is broken";
  if (row.status === 429 && !/^[1-9]\d*$/.test(String(headers.get("retry-after")))) return "no Retry-After";
  const isTicketDue = body.code === "binding_required" || body.code === "invalid_credentials";
  return isTicketDue === (typeof body.bindTicket === "string") ? undefined : "a ticket too many or too few";
}

/** `ANY /login`. What is not even a request touches nothing outside. */
export const login: Target = {
  name: "login",
  share: 400_000,
  lives: 5_000,
  async start(below) {
    const { post, wechat, journal, logged } = deployed({ appIds: [shop], limits: { perIdentity: 5 } });
    const tickets: string[] = [];
    const people = Array.from({ length: 20 }, (_, index) => ({ ...alice, openid: `oPerson${index}` }));
    const next = events(below, () => wechat.code(people[below(people.length)] ?? alice), tickets);
    return {
      async try() {
        const event = next();
        journal.operations.length = 0;
        logged.length = 0;
        const answer = await post(event).catch((error: unknown) => {
          throw wrong("It threw", event, error);
        });
        const found = flaw(answer);
        if (found !== undefined) throw wrong(`${found}: ${JSON.stringify(answer)}`, event);
        const { code = "logged_in", bindTicket } = bodyOf(answer);
        if ([400, 405, 413, 415].includes(answer.statusCode ?? 0) && journal.operations.length > 0) {
          throw wrong(`${code} after ${journal.operations}`, event);
        }
        if (logged.length !== 1) throw wrong(`${logged.length} lines in the log`, event);
        if (typeof bindTicket === "string") tickets.push(bindTicket);
        return String(code);
      },
    };
  },
  outcomes: [
    ...[
      "logged_in",
      "invalid_request",
      "binding_required",
      "invalid_credentials",
      "invalid_code",
      "invalid_ticket",
    ],
    ...[
      "already_bound",
      "too_many_attempts",
      "payload_too_large",
      "unsupported_media_type",
      "method_not_allowed",
    ],
  ],
};

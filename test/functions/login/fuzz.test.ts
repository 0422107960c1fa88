import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { expect, test } from "vitest";
import { errors } from "../../../contract/errors.ts";
import { apiEvent, bodyOf } from "../../support/api-event.ts";
import { deployed } from "../../support/deployed-login.ts";
import { alice, cafe, lisi, shop, zhangsan } from "../../support/fakes.ts";
import { seededNumbers } from "../../support/seeded-numbers.ts";

const cases = 2_000;
const seed = 20_250_115;

function generator(
  below: (bound: number) => number,
  freshCode: () => string,
  knownTickets: readonly string[],
) {
  const oneOf = <T>(first: T, ...others: T[]): T => [first, ...others][below(others.length + 1)] ?? first;

  const names = () =>
    oneOf(
      "code",
      "code",
      "bindTicket",
      "username",
      "password",
      "appId",
      "openid",
      "userId",
      "sessionId",
      "toString",
    );
  const poison = () => oneOf("__proto__", "constructor", "prototype", "hasOwnProperty", "length", "");

  const text = (): string =>
    oneOf<() => string>(
      () => "",
      () => "x".repeat(below(300)),
      () => oneOf(shop, cafe, zhangsan.username, zhangsan.password, lisi.username, lisi.password),
      () => "A".repeat(43),
      () => "登录😀\u202e\u0000\ufeff'\"<>\\\n".slice(below(8)),
      () => String.fromCharCode(...Array.from({ length: below(20) }, () => below(0x10000))),
      freshCode,
    )();

  const value = (depth: number): unknown =>
    oneOf<() => unknown>(
      text,
      text,
      text,
      () => null,
      () => below(1_000_000) - 500_000,
      () => 1e308,
      () => oneOf(true, false),
      () => (depth > 3 ? [] : Array.from({ length: below(4) }, () => value(depth + 1))),
      () => (depth > 3 ? {} : object(depth + 1)),
    )();

  const object = (depth: number): Record<string, unknown> =>
    Object.fromEntries(
      Array.from({ length: below(5) }, () => [below(6) === 0 ? poison() : names(), value(depth)]),
    );

  /** Close to a real request, so that many cases get past the first check. */
  const plausible = (): Record<string, unknown> => ({
    ...oneOf(
      { code: freshCode() },
      { bindTicket: knownTickets[below(knownTickets.length)] ?? "A".repeat(43) },
    ),
    ...oneOf<object>({ appId: shop }, { appId: shop }, { appId: cafe }, {}),
    ...oneOf<object>(zhangsan, lisi, { ...zhangsan, password: "wrong" }, {}),
    ...(below(3) === 0 && object(0)),
  });

  const json = (): string => {
    const nesting = below(2_100);
    return oneOf<() => string>(
      () => JSON.stringify(object(0)),
      ...Array.from({ length: 9 }, () => () => JSON.stringify(plausible())),
      () => JSON.stringify(value(0)) ?? "",
      () => `{"__proto__":${JSON.stringify(plausible())}}`,
      () => `{"code":${JSON.stringify(freshCode())},"constructor":{"prototype":{"polluted":1}}}`,
      () => `{"code":"\\ud800","more":${"[".repeat(nesting)}${"]".repeat(nesting)}}`,
      () => "[".repeat(nesting),
      () => '{"a":'.repeat(below(900)),
    )();
  };

  /** Some bytes changed, dropped or doubled. */
  const damaged = (body: string): Buffer => {
    const bytes = Buffer.from(body);
    for (let i = below(4); i > 0 && bytes.length > 0; i--) bytes[below(bytes.length)] = below(256);
    return oneOf(bytes, bytes.subarray(0, below(bytes.length + 1)), Buffer.concat([bytes, bytes]));
  };

  return (): APIGatewayProxyEventV2 => {
    const plain = json();
    const body = below(6) === 0 ? damaged(plain) : Buffer.from(plain);
    const isBase64Encoded = below(3) === 0;
    const text = isBase64Encoded ? body.toString("base64") : body.toString("utf8");
    const contentType = below(12) === 0 ? oneOf("text/plain", "", "application/json,") : "application/json";
    return apiEvent({
      method: below(20) === 0 ? oneOf("GET", "PUT", "constructor") : "POST",
      headers: { ...(below(30) !== 0 && { "content-type": contentType }) },
      ...(below(40) !== 0 && { body: below(30) === 0 ? `${text}${oneOf("!", "=", "\0", "\ud800")}` : text }),
      isBase64Encoded: below(50) === 0 ? !isBase64Encoded : isBase64Encoded,
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

test(`${cases} bodies, whole and broken, are each answered with a success or a problem (seed ${seed})`, async () => {
  const below = seededNumbers(seed);
  const { post, wechat, logged } = deployed({ appIds: [shop], limits: { perIdentity: 5 } });
  const tickets: string[] = [];
  const people = Array.from({ length: 20 }, (_, i) => ({ ...alice, openid: `oPerson${i}` }));
  const freshCode = () => wechat.code(people[below(people.length)] ?? alice);
  const next = generator(below, freshCode, tickets);

  const ofEveryObject = Object.getOwnPropertyNames(Object.prototype).sort();
  const outcomes = new Map<unknown, number>();
  for (let number = 1; number <= cases; number++) {
    const event = next();
    const told = () => `seed ${seed}, case ${number}: ${JSON.stringify(event)}`;
    const answer = await post(event).catch((error: unknown) => {
      throw new Error(`It threw with ${told()}`, { cause: error });
    });
    const wrong = flaw(answer);
    if (wrong !== undefined) expect.fail(`${wrong}: ${JSON.stringify(answer)}, with ${told()}`);
    const { code = "logged_in", bindTicket } = bodyOf(answer);
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    if (typeof bindTicket === "string") tickets.push(bindTicket);
    if ("polluted" in {}) expect.fail(`Object.prototype was changed, with ${told()}`);
  }
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(ofEveryObject);
  expect(logged).toHaveLength(cases);

  // A generator that only ever fails at the first check would prove nothing.
  for (const code of [
    "logged_in",
    "invalid_request",
    "binding_required",
    "invalid_credentials",
    "invalid_code",
    "invalid_ticket",
    "already_bound",
    "too_many_attempts",
    "payload_too_large",
    "unsupported_media_type",
    "method_not_allowed",
  ]) {
    expect(outcomes.get(code) ?? 0, `${code} among ${JSON.stringify([...outcomes])}`).toBeGreaterThan(0);
  }
});

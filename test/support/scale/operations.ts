import { sample } from "../../../local/sample.ts";
import type { CountedOperation } from "../../../scripts/scale/units.ts";
import type { Answer } from "../stack-on-laptop.ts";
import { accessLogBytes } from "./access-log.ts";
import type { CountedStack } from "./counter.ts";

const { username, password } = sample;
const credentials = { username, password };
const json = { "content-type": "application/json" };
/** As WeChat sends it: part of it is kept with each session. */
const userAgent =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
  "Mobile/15E148 MicroMessenger/8.0.60(0x18003c2b) NetType/WIFI Language/zh_CN";

/** Counts operations on one stack and keeps what it has counted, by name. */
export function counting({ stack, counted }: CountedStack, accessLogFormat: string) {
  const operations: Record<string, CountedOperation> = {};

  function call(
    request: string,
    { session, body }: { session?: string; body?: object } = {},
  ): Promise<Answer> {
    return stack.call(request, {
      ...(session !== undefined && { session }),
      headers: { "user-agent": userAgent, ...(body && json) },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async function count(
    name: string,
    request: string,
    expected: number,
    what: { session?: string; body?: object } = {},
  ): Promise<Answer> {
    const { result, invocations } = await counted(() => call(request, what));
    if (result.status !== expected) throw new Error(`${name}: ${result.status} instead of ${expected}.`);
    operations[name] = {
      request,
      status: result.status,
      responseBytes: responseBytes(result),
      accessLogBytes: accessLogBytes(accessLogFormat, request, result.status),
      invocations,
    };
    return result;
  }

  const code = (person: string) => ({ code: stack.simulator.login(person) });

  return {
    operations,
    call,
    count,
    code,
    /** A session of this person, by a login that is not counted: with the password, where passwords are known. */
    async sessionOf(person: string, how: object = credentials): Promise<string> {
      const answer = await call("POST /login", { body: { ...code(person), ...how } });
      return answer.body.sessionId;
    },
  };
}

/** Everything that the routes do, where the deployment knows passwords. */
export async function countAll({ count, call, code, sessionOf }: ReturnType<typeof counting>): Promise<void> {
  const session = await sessionOf("alice");
  // Warm: every function has been invoked, and every connection is there.
  for (const route of ["GET /session", "GET /hello"]) await call(route, { session });

  await count("silent login", "POST /login", 200, { body: code("alice") });
  await count("authorize", "GET /hello", 200, { session });
  await count("authorize, unknown session", "GET /hello", 403, { session: `${session.slice(0, -4)}AAAA` });

  const body = { ...code("bob"), ...credentials };
  await count("first login with code and password", "POST /login", 200, { body });
  const { bindTicket } = (
    await count("login that needs binding", "POST /login", 409, { body: code("carol") })
  ).body;
  await count("bind by ticket", "POST /login", 200, { body: { bindTicket, ...credentials } });
  const wrong = { ...code("dave"), username, password: "not the password" };
  await count("wrong password", "POST /login", 401, { body: wrong });

  await count("who am I", "GET /session", 200, { session });
  const only = await sessionOf("erin");
  await count("devices, 1 session", "GET /sessions", 200, { session: only });
  await count("log out", "DELETE /session", 204, { session: only });
  await count("log out everywhere, 1 session", "DELETE /sessions", 204, {
    session: await sessionOf("frank"),
  });
  let latest = await sessionOf("grace");
  for (let sessions = 1; sessions < 50; sessions++) latest = await sessionOf("grace", {});
  await count("devices, 50 sessions", "GET /sessions", 200, { session: latest });
  await count("log out everywhere, 50 sessions", "DELETE /sessions", 204, { session: latest });
  await count("unbind", "DELETE /binding", 204, { session: await sessionOf("heidi") });
}

/** And the one thing that is different where it does not. */
export async function countWithoutPasswords({
  count,
  code,
  sessionOf,
}: ReturnType<typeof counting>): Promise<void> {
  await sessionOf("warm up", {});
  await count("first login without passwords", "POST /login", 200, { body: code("alice") });
}

function responseBytes({ status, headers, body }: Answer): number {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const text = body === undefined ? "" : JSON.stringify(body);
  return Buffer.byteLength(`HTTP/1.1 ${status}\r\n${lines}\r\n${text}`);
}

import { sample } from "../../../local/sample.ts";
import type { Units } from "../../../scripts/units.ts";
import type { Answer } from "../stack-on-laptop.ts";
import type { CountedStack } from "./counter.ts";

const { username, password } = sample;
const credentials = { username, password };
const json = { "content-type": "application/json" };
/** As WeChat sends it: part of it is kept with each session. */
const userAgent =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
  "Mobile/15E148 MicroMessenger/8.0.60(0x18003c2b) NetType/WIFI Language/zh_CN";

interface What {
  readonly session?: string;
  readonly body?: object;
}

/** Counts operations on one stack and keeps what it has counted, by name. */
export function counting({ stack, counted }: CountedStack) {
  const units: Record<string, Units[string]> = {};

  function call(request: string, { session, body }: What = {}): Promise<Answer> {
    return stack.call(request, {
      ...(session !== undefined && { session }),
      headers: { "user-agent": userAgent, ...(body && json) },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async function count(name: string, request: string, expected: number, what: What = {}): Promise<Answer> {
    const { result, functions } = await counted(() => call(request, what));
    if (result.status !== expected) throw new Error(`${name}: ${result.status} instead of ${expected}.`);
    units[name] = functions;
    return result;
  }

  const code = (person: string) => ({ code: stack.simulator.login(person) });

  return {
    stack,
    units,
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
  const wrong = { username, password: "not the password" };

  await count("silent login", "POST /login", 200, { body: code("alice") });
  await count("first login by code", "POST /login", 200, { body: { ...code("bob"), ...credentials } });
  const needed = await count("login that needs binding", "POST /login", 409, { body: code("carol") });
  const { bindTicket } = needed.body;
  await count("wrong password by code", "POST /login", 401, { body: { ...code("dave"), ...wrong } });
  await count("wrong password by ticket", "POST /login", 401, { body: { bindTicket, ...wrong } });
  await count("first login by ticket", "POST /login", 200, { body: { bindTicket, ...credentials } });

  await count("authorize", "GET /hello", 200, { session });
  await count("authorize, unknown session", "GET /hello", 403, { session: `${session.slice(0, -4)}AAAA` });

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

/** What there is more where each login's session_key is kept. */
export async function countWithSessionKeys({
  count,
  stack,
  code,
  sessionOf,
}: ReturnType<typeof counting>): Promise<void> {
  const openData = () => {
    const { encryptedData, iv } = stack.simulator.userInfo("alice");
    return { encryptedData, iv };
  };
  const session = await sessionOf("alice");
  await stack.call("POST /open-data", { session, headers: json, body: JSON.stringify(openData()) });

  await count("silent login, with session_keys kept", "POST /login", 200, { body: code("alice") });
  await count("first login by code, with session_keys kept", "POST /login", 200, {
    body: { ...code("bob"), ...credentials },
  });
  await count("open data", "POST /open-data", 200, { session, body: openData() });
}

/** What there is more where people log in by phone number. */
export async function countWithPhone({
  count,
  stack,
  code,
  sessionOf,
}: ReturnType<typeof counting>): Promise<void> {
  const phone = (person: string) => ({ phoneCode: Object(stack.simulator.phone(person)).code });
  const number = (person: string) => `+86${stack.simulator.user(person).phoneNumber}`;
  // Warm, the access token included.
  await stack.admin({ action: "accounts.phone", account: username, phoneNumber: number("warm up") });
  const session = await sessionOf("warm up", phone("warm up"));
  await stack.call("POST /phone", { session, headers: json, body: JSON.stringify(phone("warm up")) });
  await stack.admin({ action: "bindings.remove", of: { userId: sample.userId } });
  await stack.admin({ action: "accounts.phone", account: username, phoneNumber: number("alice") });

  await count("first login by phone number", "POST /login", 200, {
    body: { ...code("alice"), ...phone("alice") },
  });
  await count("phone number", "POST /phone", 200, {
    session: await sessionOf("alice", {}),
    body: phone("alice"),
  });
}

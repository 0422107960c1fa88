import { Agent, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { outsideContract } from "../support/openapi/answers.ts";
import { findOperation } from "../support/openapi/document.ts";
import { generator } from "../support/openapi/generated-requests.ts";
import { type ApiRequest, outsideDocument } from "../support/openapi/requests.ts";
import { counted } from "../support/proven.ts";
import { seededNumbers } from "../support/seeded-numbers.ts";
import { type StackOnLaptop, startStackOnLaptop, withMore } from "../support/stack-on-laptop.ts";

const seed = 20_261_122;
const { username, password } = sample;

const agent = new Agent({ keepAlive: true });
let stack: StackOnLaptop;
beforeAll(async () => {
  // Only what is counted per identity may run out: there are many identities, and one username and address.
  stack = await startStackOnLaptop({
    settings: withMore,
    environment: {
      ATTEMPTS_PER_IDENTITY: "2",
      ATTEMPTS_PER_USERNAME: "0",
      ATTEMPTS_PER_SOURCE_IP: "0",
      INVALID_CODES_PER_SOURCE_IP: "0",
      ATTEMPTS_WINDOW_SECONDS: "86400",
    },
  });
});
afterAll(async () => {
  agent.destroy();
  await stack.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends what `fetch` would not: a body with any method, no content-type, paths as they are. */
async function send({ method, path, headers, body }: ApiRequest): Promise<Answer> {
  const { hostname, port } = new URL(stack.laptop.url);
  return new Promise((resolve, reject) => {
    const length = body.length > 0 ? { "content-length": body.length } : {};
    request({ agent, hostname, port, method, path, headers: { ...headers, ...length } }, async (response) => {
      const pairs = Object.entries(response.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      const text = (await buffer(response)).toString();
      resolve({ status: response.statusCode ?? 0, headers: new Headers(pairs), text });
    })
      .on("error", reject)
      .end(body);
  });
}

/** The `code` of a problem, or the status. */
function outcomeOf({ status, text }: Answer): string {
  return /"code":"(\w+)"/.exec(text)?.[1] ?? String(status);
}

test(`${inject("gatewayInputs")} generated requests stay inside the document, and so do their answers (seed ${seed})`, async () => {
  const below = seededNumbers(seed);
  const people = Array.from({ length: 4 }, (_, index) => `person ${index}`);
  const tickets: string[] = [];
  const handles: string[] = [];
  let session = "";
  let isLive = false;

  const real: Readonly<Record<string, () => string | undefined>> = {
    code: () => stack.simulator.login(people[below(people.length)] ?? "alice"),
    bindTicket: () => tickets[below(tickets.length)],
    appId: () => sample.appId,
    phoneCode: () => Object(stack.simulator.phone(people[below(people.length)] ?? "alice")).code,
    username: () => username,
    password: () => (below(3) === 0 ? "wrong" : password),
  };
  const next = generator(below, {
    session: () => session,
    handle: () => handles[below(handles.length)] ?? "none",
    member: (name) => real[name]?.(),
  });

  /** A live session of somebody whom no generated login knows, so that it ends only by what is sent with it. */
  async function logIn(): Promise<void> {
    const silent = await stack.login({ code: stack.simulator.login("owner") });
    const { bindTicket } = silent.body;
    const { body } = bindTicket ? await stack.login({ bindTicket, username, password }) : silent;
    session = body.sessionId;
    isLive = true;
    if (below(3) > 0) return;
    const list = await stack.call("GET /sessions", { session });
    expect(list, JSON.stringify({ silent: silent.body, list: list.body })).toMatchObject({ status: 200 });
    handles.push(...list.body.sessions.map(({ id }: { id: string }) => id));
  }

  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (const number of counted("inputs", inject("gatewayInputs"))) {
    if (session === "" || (!isLive && below(2) === 0)) await logIn();
    const sent = next();
    const answer = await send(sent);
    const shown = { ...sent, body: sent.body.toString("latin1").slice(0, 500) };
    const told = `seed ${seed}, case ${number}: ${JSON.stringify(shown)} -> ${answer.status} ${answer.text}`;

    const wrong = outsideContract(sent.method, sent.path, answer.status, answer.headers, answer.text);
    if (wrong.length > 0) expect.fail(`${wrong.join("\n")}\n${told}`);
    if (answer.status >= 500) expect.fail(`An outage, although nothing is broken. ${told}`);
    const invalid = outsideDocument(sent);
    if (answer.status < 300 && invalid.length > 0) {
      expect.fail(`Accepted, although openapi.yaml says: ${invalid.join("; ")}. ${told}`);
    }

    const operation = findOperation(sent.method, sent.path);
    const route = operation ? `${operation.method} ${operation.path}` : "elsewhere";
    count(`${route} ${outcomeOf(answer)}`);
    count(String(answer.status));
    count(invalid.length > 0 ? "outside the document" : "inside the document");
    const ticket = /"bindTicket":"([\w-]+)"/.exec(answer.text)?.[1];
    if (ticket !== undefined) tickets.push(ticket);
    const usedSession = sent.headers.authorization?.includes(session) === true;
    if (usedSession && (answer.status === 403 || answer.status === 204)) isLive = false;
  }

  // A generator that is only ever refused at the door would prove nothing.
  for (const outcome of [
    ...["200", "invalid_request", "payload_too_large", "unsupported_media_type", "binding_required"].map(
      (code) => `POST /login ${code}`,
    ),
    ...["invalid_credentials", "invalid_code", "invalid_ticket", "too_many_attempts"].map(
      (code) => `POST /login ${code}`,
    ),
    ...["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"].map(
      (method) => `${method} /login ${method === "HEAD" ? "405" : "method_not_allowed"}`,
    ),
    ...["GET /session", "GET /sessions", "GET /hello"].flatMap((it) => [`${it} 200`, `${it} 403`]),
    ...["DELETE /session", "DELETE /sessions", "DELETE /sessions/{id}", "DELETE /binding"].map(
      (it) => `${it} 204`,
    ),
    "401",
    "elsewhere 404",
    "outside the document",
    "inside the document",
  ]) {
    expect(outcomes.get(outcome) ?? 0, `${outcome} among ${JSON.stringify([...outcomes])}`).toBeGreaterThan(
      0,
    );
  }
}, 3_600_000);

import { deadlines } from "../../../contract/deadlines.ts";
import { type AdminRequest, readAdminAnswer } from "../../../contract/operator-actions.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import type { Item } from "../dynamodb-expressions.ts";
import { answerChecks } from "./answer-checks.ts";
import { banChecks, type Enabling } from "./ban-checks.ts";
import { canaries } from "./canaries.ts";
import type { SimulatedFunctions } from "./functions.ts";
import { type Answered, type ApiCall, gateway, ownersRoute } from "./gateway.ts";
import { guessChecks } from "./guess-checks.ts";
import type { Invocation } from "./network.ts";
import { passwordChecks, type TypedPassword } from "./password-checks.ts";
import type { Schedule } from "./schedule.ts";
import { type Ending, type OpenedSession, type Order, sessionChecks } from "./session-checks.ts";
import { hex, tableChecks } from "./table-checks.ts";
import { ticketChecks } from "./ticket-checks.ts";
import { lifetimeSeconds, world } from "./world.ts";

/** A phone with one mini-program on it: what it keeps. */
export interface Phone {
  readonly name: string;
  readonly appId: string;
  readonly openid: string;
  /** Of its identity, in hexadecimal. */
  readonly identity: string;
  readonly sourceIp: string;
  session?: string;
  ticket?: string;
  code?: string;
}

export interface Credentials extends TypedPassword {
  readonly username: string;
  readonly password: string;
}

export interface SentLogin {
  readonly code?: string;
  readonly bindTicket?: string;
  readonly credentials?: Credentials;
}

/** What an operator's request is about to do. */
export interface Operation {
  readonly ends?: Ending["ends"];
  /** Whether it says so: that these have ended. */
  readonly saysSo?: boolean;
  readonly enables?: boolean;
  /** The number of the password that the account has with it. */
  readonly newPassword?: number;
}

/** Something that was asked for in a schedule, and what came of it. */
export type Recorded = {
  readonly called: Order;
  readonly answered: Order;
  readonly mayBeRepeated: boolean;
} & (
  | { readonly login: SentLogin; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly route: string; readonly session: string; readonly id?: string; readonly status: number }
  | {
      readonly request: AdminRequest;
      readonly newPassword?: number;
      readonly answer: Readonly<Record<string, unknown>> | undefined;
    }
);

/** Milliseconds, for what a function computes itself. */
const forTheAnswer = 200;

/** A world under observation: whatever is asked in it goes through here, and is checked. */
export function stage(functions: SimulatedFunctions, schedule: Schedule) {
  const { setup } = schedule;
  const story: string[] = [];
  const history: Recorded[] = [];
  let violation: string | undefined;
  let isTold = false;
  const violated = (what: string) => {
    violation ??= what;
    if (isTold) story.push(`!!! ${what}`);
  };
  const tell = (line: () => string) => {
    if (isTold) story.push(`${new Date(it.time.now).toISOString().slice(5, 23)} ${line()}`);
  };
  const secrecy = canaries(violated);
  const sentBy = new WeakMap<Invocation, { phone: Phone; login: SentLogin }>();
  const openedFor = new Map<string, string>();
  /** By code. */
  const timesSent = new Map<string, number>();
  const it = world(functions, schedule, {
    violated,
    tell,
    written: (call, by) => {
      tell(() => `      ${by?.fn ?? "INIT"} writes: ${call.operation}`);
      const sent = by && sentBy.get(by);
      for (const change of tableState.afterWrite()) {
        if (change.now.userId !== undefined && change.before?.userId === undefined) {
          if (sent && sent.phone.identity !== change.key)
            violated("a login binds an identity that is not its own");
        }
        passwords.onChange(change, sent?.login.credentials);
      }
      if (sent) checkOpened(sent.login);
    },
    guessedWrong: (username) => guesses.wrong(username),
    logged: (line, by) => secrecy.inLog(line, by?.fn === "admin"),
    took(invocation, ms) {
      const { deadlineMs } = deadlines[invocation.fn];
      if (ms > deadlineMs + forTheAnswer) violated(`${invocation.fn} takes ${ms} ms`);
    },
  });
  const tableState = tableChecks(
    it.dynamoDb,
    { oneIdentityPerApp: setup.oneIdentityPerApp, hasAccounts: setup.verifier === "built-in" },
    violated,
  );
  const sessions = sessionChecks(lifetimeSeconds * 1_000, () => it.time.now, violated);
  const passwords = passwordChecks({ accounts: setup.accounts }, sessions.next, violated);
  const bans = banChecks(sessions.next, violated);
  const answers = answerChecks(violated);
  const guesses = guessChecks(schedule, () => it.time.now, violated);
  const tickets = ticketChecks(setup.clocks, () => it.time.now, violated);
  const api = gateway(it.time, it.cloud, setup.cacheSeconds, {
    authorizing(session) {
      const asked = sessions.next();
      const at = it.time.now;
      return (allowed, { troubles }) => {
        if (allowed === true) sessions.allowed(session, asked, at);
        else if (allowed === false) sessions.refused(session);
        else if (troubles.length === 0) violated("the authorizer fails for no reason");
      };
    },
  });

  /** By each code or ticket at most one session is ever stored. */
  function checkOpened({ code, bindTicket }: SentLogin): void {
    const by = code ?? bindTicket;
    if (by === undefined) return;
    for (const { secretHash } of it.dynamoDb.items("Sessions")) {
      const handle = hex(secretHash);
      if (openedFor.has(handle)) continue;
      if ([...openedFor.values()].includes(by)) violated("one code or ticket opens two sessions");
      openedFor.set(handle, by);
    }
  }

  async function look(those: readonly OpenedSession[], after: string): Promise<void> {
    for (const session of those) sessions.isRight(session, await it.decide(session.id), after);
  }

  async function login(phone: Phone, sent: SentLogin): Promise<Answered> {
    const { code, bindTicket, credentials } = sent;
    if (code !== undefined) timesSent.set(code, (timesSent.get(code) ?? 0) + 1);
    const asked = sessions.next();
    const bindingBefore = tableState.bindings.get(phone.identity);
    const wasOutOfStep = it.isOutOfStep(phone.appId);
    const secret = it.wechat.secretOf(phone.appId);
    const { username, password } = credentials ?? {};
    const sentBody = {
      ...(code !== undefined && { code, appId: phone.appId }),
      bindTicket,
      username,
      password,
    };
    let invocation: Invocation | undefined;
    tell(() => `${phone.name} sends ${JSON.stringify(sentBody)}`);
    const call: ApiCall = { route: "POST /login", body: sentBody, sourceIp: phone.sourceIp };
    const answer = await api.call(call, (begun) => {
      invocation = begun;
      sentBy.set(begun, { phone, login: sent });
    });
    tell(() => `${phone.name} is told ${answer.status} ${answer.text.slice(0, 200)}`);
    secrecy.inAnswer(answer.text);
    if (answer.status === 500 && !answer.troubles.some((trouble) => /killed/.test(trouble))) {
      violated("a login fails for no reason");
    }
    if (invocation) {
      answers.login(answer, invocation, {
        isFreshCode: code !== undefined && it.wechat.isIssued(code) && timesSent.get(code) === 1,
        ...(credentials && { password: passwords.stateOf(credentials, asked) }),
        mayBeLimited: setup.limits !== "off",
        mayBeDisabled: bans.mayBe,
        isBound: isBound(bindingBefore) && isStill(bindingBefore, tableState.bindings.get(phone.identity)),
        isRotating: wasOutOfStep || it.isOutOfStep(phone.appId) || secret !== it.wechat.secretOf(phone.appId),
        oneIdentityPerApp: setup.oneIdentityPerApp,
      });
    }
    if (bindTicket !== undefined && answer.status === 200) tickets.used(bindTicket);
    const { status, troubles } = answer;
    const body = JSON.parse(answer.text);
    history.push({
      login: sent,
      status,
      body,
      called: asked,
      answered: sessions.next(),
      mayBeRepeated: mayBeRepeated(troubles),
    });
    await loggedIn(phone, asked, answer);
    return answer;
  }

  async function loggedIn(phone: Phone, asked: Order, { status, text }: Answered): Promise<void> {
    const { sessionId, userId, bindTicket } = JSON.parse(text);
    if (typeof bindTicket === "string") {
      phone.ticket = bindTicket;
      tickets.told(bindTicket);
    }
    if (status !== 200) return;
    const bytes = Buffer.from(sessionId, "base64url");
    if (hex(bytes.subarray(0, 16)) !== phone.identity) violated("a session of somebody else");
    const { identity, appId } = phone;
    const opened = sessions.opened({ id: sessionId, identity, appId, userId, asked });
    phone.session = sessionId;
    delete phone.ticket;
    bans.loggedIn(userId, identity, asked);
    await look([opened], "its login");
  }

  /** A request with a session; `ends`: what it ends if it succeeds. */
  async function use(
    phone: Phone,
    route: string,
    session: string,
    { id, ends }: { id?: string; ends?: Ending["ends"] } = {},
  ): Promise<Answered> {
    const invocations: Invocation[] = [];
    const called = sessions.next();
    const ending = ends && sessions.ending(ends);
    tell(() => `${phone.name}: ${route} ${id ?? ""} with ${session.slice(-6)}`);
    const call = { route, session, sourceIp: phone.sourceIp, ...(id !== undefined && { id }) };
    let isAnswered = false;
    if (ending) ending.isOver = () => isAnswered && invocations.every(({ underWay }) => underWay === 0);
    const answer = await api.call(call, (begun) => invocations.push(begun));
    isAnswered = true;
    tell(() => `${phone.name}: ${route}, ${answer.status}`);
    const { status, troubles } = answer;
    history.push({
      ...{
        route,
        session,
        status,
        called,
        answered: sessions.next(),
        mayBeRepeated: mayBeRepeated(troubles),
      },
      ...(id !== undefined && { id }),
    });
    secrecy.inAnswer(answer.text.replaceAll(`"${session}"`, ""));
    if (answer.status === 403) sessions.refused(session);
    if (answer.status >= 500 && answer.troubles.length === 0) violated(`${route} fails for no reason`);
    if (route !== ownersRoute) {
      const [method = "", path = ""] = route.split(" ");
      answers.session(method, path.replace("{id}", id ?? ""), answer, answer.troubles);
    }
    if (ending && answer.status === 204) await look(sessions.ended(ending), route);
    return answer;
  }

  /** An operator's request; its answer, or undefined where there is none. */
  async function operate(
    request: AdminRequest,
    { ends, saysSo = true, enables = false, newPassword }: Operation = {},
    begun: (isOver: () => boolean) => void = () => {},
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const called = sessions.next();
    const ending = ends && sessions.ending(ends);
    const enabling: Enabling | undefined = enables ? bans.enabling() : undefined;
    let invocation: Invocation | undefined;
    let isDone = false;
    const isOver = () => !!invocation?.isOver && (isDone || invocation.underWay === 0);
    tell(() => `an operator: ${JSON.stringify(request)}`);
    const asked = it.cloud.invoke("admin", request, (one) => {
      invocation = one;
      if (ending) ending.isOver = () => one.isOver && one.underWay === 0;
      if (enabling) enabling.isOver = isOver;
      begun(isOver);
    });
    const result = await asked;
    history.push({
      ...{
        request,
        called,
        answered: sessions.next(),
        mayBeRepeated: mayBeRepeated(invocation?.troubles ?? []),
      },
      ...(newPassword !== undefined && { newPassword }),
      answer: "answer" in result ? Object(result.answer) : undefined,
    });
    if ("failed" in result) {
      tell(() => `an operator's ${request.action} is ${result.failed}`);
      if (result.failed === "thrown") violated("the admin function throws");
      return undefined;
    }
    tell(() => `an operator is answered ${JSON.stringify(result.answer)}`);
    secrecy.inOperatorsAnswer(result.answer);
    const answer = readAdminAnswer(request.action, result.answer);
    if (!answer) violated(`an answer to ${request.action} that the contract does not have`);
    if (!answer || "refused" in answer) return answer ? { ...answer } : undefined;
    isDone = true;
    if (ending && saysSo) await look(sessions.ended(ending), request.action);
    return { ...answer };
  }

  return {
    world: it,
    setup,
    history: history as readonly Recorded[],
    sessions,
    passwords,
    bans,
    tableState,
    tell,
    violated,
    login,
    use,
    operate,
    look,
    secrecy,
    phone(name: string, appId: string, openid: string, sourceIp: string): Phone {
      return { name, appId, openid, identity: hex(identityKey({ appId, openid })), sourceIp };
    },
    get violation(): string | undefined {
      return violation;
    },
    /** From now on whatever happens is told. */
    listen(): readonly string[] {
      isTold = true;
      return story;
    },
  };
}

/** Where an answer does not come, the SDK sends the same again, and both may be done. */
function mayBeRepeated(troubles: readonly string[]): boolean {
  return troubles.some((trouble) => /slow|late|lost/.test(trouble));
}

function isBound(item: Item | undefined): boolean {
  return item?.userId !== undefined;
}

function isStill(before: Item | undefined, now: Item | undefined): boolean {
  return before?.generation === now?.generation && before?.userId === now?.userId;
}

export type Stage = ReturnType<typeof stage>;

import { deadlines } from "../../../contract/deadlines.ts";
import { accessTokenChecks } from "./access-token-checks.ts";
import { answerChecks } from "./answer-checks.ts";
import { banChecks } from "./ban-checks.ts";
import { canaries } from "./canaries.ts";
import { lifetimeSeconds } from "./environments.ts";
import type { SimulatedFunctions } from "./functions.ts";
import { gateway } from "./gateway.ts";
import { guessChecks } from "./guess-checks.ts";
import type { Invocation } from "./network.ts";
import { openDataChecks } from "./open-data-checks.ts";
import { passwordChecks } from "./password-checks.ts";
import { phoneChecks } from "./phone-checks.ts";
import type { Phone, Recorded, SentLogin } from "./recorded.ts";
import type { Schedule } from "./schedule.ts";
import { type OpenedSession, sessionChecks } from "./session-checks.ts";
import { hex, tableChecks } from "./table-checks.ts";
import { ticketChecks } from "./ticket-checks.ts";
import { world } from "./world.ts";

/** Milliseconds, for what a function computes itself. */
const forTheAnswer = 200;

/** A world, and all that is checked in it. */
export function observation(functions: SimulatedFunctions, schedule: Schedule) {
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
  const now = () => it.time.now;
  const secrecy = canaries({ keepsNumbers: setup.phone?.keepNumber ?? false }, violated);
  const sentBy = new WeakMap<Invocation, { phone: Phone; login: SentLogin }>();
  const openedFor = new Map<string, string>();
  const it = world(functions, schedule, {
    violated,
    tell,
    written: (call, by) => {
      tell(() => `      ${by?.fn ?? "INIT"} writes: ${call.operation}`);
      const sent = by && sentBy.get(by);
      const changes = tableState.afterWrite();
      for (const change of changes) {
        if (change.now.userId !== undefined && change.before?.userId === undefined) {
          if (sent && sent.phone.identity !== change.key)
            violated("a login binds an identity that is not its own");
        }
        passwords.onChange(change, sent?.login.credentials);
      }
      phones.afterWrite(by, changes, tableState.bindings);
      if (setup.sessionKeys) openData.afterWrite(by);
      if (sent) checkOpened(sent.login);
    },
    guessedWrong: (username) => guesses.wrong(username),
    logged: (line, by) => secrecy.inLog(line, by?.fn === "admin"),
    took(invocation, ms) {
      const { deadlineMs } = deadlines[invocation.fn];
      if (ms > deadlineMs + forTheAnswer) violated(`${invocation.fn} takes ${ms} ms`);
    },
    weChat: {
      forced: (caller) => tokens.forced(caller),
      given: (caller, token) => tokens.given(caller, token),
      spent: (caller, phoneCode, told) => phones.spent(caller, phoneCode, told),
      told: (caller, sessionKey) => openData.told(caller, sessionKey),
    },
    swept: () => openData.swept(),
  });
  const tableState = tableChecks(
    it.dynamoDb,
    { oneIdentityPerApp: setup.oneIdentityPerApp, hasAccounts: setup.verifier === "built-in" },
    violated,
  );
  const sessions = sessionChecks(lifetimeSeconds * 1_000, now, violated);
  const passwords = passwordChecks({ accounts: setup.accounts }, sessions.next, violated);
  const bans = banChecks(sessions.next, violated);
  const answers = answerChecks(violated);
  const guesses = guessChecks(schedule, now, violated);
  const tickets = ticketChecks(setup.clocks, now, violated);
  const phones = phoneChecks(setup, it.dynamoDb, now, violated);
  const openData = openDataChecks(setup.clocks, it.dynamoDb, now, violated);
  const tokens = accessTokenChecks(setup.clocks, () => it.wechat.tokens, now, violated);
  const api = gateway(it, setup.cacheSeconds, {
    authorizing(session) {
      const asked = sessions.next();
      const at = it.time.now;
      return (allowed, { troubles }, context) => {
        if (allowed === true) sessions.allowed(session, asked, at);
        else if (allowed === false) sessions.refused(session);
        else if (troubles.length === 0) violated("the authorizer fails for no reason");
        phones.inContext(context.phoneNumber, sessions.byId(session)?.identity);
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

  return {
    world: it,
    setup,
    history,
    story,
    sessions,
    passwords,
    bans,
    answers,
    tickets,
    phones,
    openData,
    tokens,
    secrecy,
    tableState,
    api,
    tell,
    violated,
    /** From here on what this invocation writes is this login's. */
    sends(invocation: Invocation, phone: Phone, login: SentLogin): void {
      sentBy.set(invocation, { phone, login });
    },
    async look(those: readonly OpenedSession[], after: string): Promise<void> {
      for (const session of those) sessions.isRight(session, await it.decide(session.id), after);
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

export type Observation = ReturnType<typeof observation>;

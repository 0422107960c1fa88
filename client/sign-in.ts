import { freshCode, sendRequest } from "./calls.ts";
import type { Credentials, PhoneCode } from "./credentials.ts";
import { errorOf, isText, LoginError, members } from "./login-error.ts";
import type { loginRecord } from "./record.ts";
import { asSession, type Session } from "./session.ts";
import { persistently } from "./tries.ts";
import { waitFor, withWait } from "./waits.ts";
import { type Answer, sentAt, type Wx } from "./wx.ts";

export interface SignInNeeds {
  readonly wx: Wx;
  readonly baseUrl: string;
  readonly appId: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds before each further try of a login that failed temporarily. */
  readonly retryDelays: readonly number[];
  readonly now: () => number;
  readonly record: ReturnType<typeof loginRecord>;
  /** Told of every login that the server, or the wait it asked for, refused; not of the tries before its last. */
  readonly onRefusal: (error: LoginError, credentials: Credentials | PhoneCode | undefined) => void;
  /** Given the session of a login that nobody waits for any more. */
  readonly onUnwanted: (session: Session) => void;
}

/** The login under way. */
interface Flight {
  /** Undefined: a silent login. */
  readonly credentials: Credentials | PhoneCode | undefined;
  readonly era: number;
  readonly promise: Promise<Session>;
  readonly cancel: () => void;
}

/** Everything up to a session: the one login at a time and its ticket. */
export function signIn(needs: SignInNeeds) {
  const { wx, baseUrl, appId, timeout, retryDelays, now, record, onRefusal, onUnwanted } = needs;
  let flight: Flight | undefined;
  let ticket: { readonly value: string; readonly era: number } | undefined;
  let coming: Promise<string> | undefined;
  let opened: { readonly sessionId: string; readonly at: number } | undefined;

  /**
   * One login at a time. A silent one is content with whatever login is under way; a bind only with its own double. One
   * that a logout has ended holds nobody up. `era`: in which it was asked for.
   */
  function single(credentials: Credentials | PhoneCode | undefined, era: number): Promise<Session> {
    if (record.read().era !== era) return Promise.reject(loggedOut());
    if (flight?.era === era) {
      const { promise, credentials: others } = flight;
      if (!credentials || JSON.stringify(credentials) === JSON.stringify(others)) return promise;
      const next = () => single(credentials, era);
      return promise.then(next, next);
    }
    let cancel = () => {};
    const promise = new Promise<Session>((resolve, reject) => {
      cancel = () => reject(loggedOut());
      open(credentials, era).then(resolve, reject);
    });
    const started = { credentials, era, promise, cancel };
    flight = started;
    const land = () => {
      if (flight === started) flight = undefined;
    };
    promise.then(land, land);
    return promise;
  }

  async function open(credentials: Credentials | PhoneCode | undefined, era: number): Promise<Session> {
    const sent = !credentials ? "logins" : "phoneCode" in credentials ? "phoneCodes" : "passwords";
    const stillWanted = () => {
      if (record.read().era !== era) throw loggedOut();
    };
    const mayBeSent = () => {
      stillWanted();
      const wait = waitFor(record.read().waits, sent, now());
      if (wait) throw wait;
    };
    const attempt = async () => {
      mayBeSent();
      const answer = await exchange(credentials, era, mayBeSent);
      const error = errorOf(answer, now());
      const session = error ? undefined : sessionFrom(answer);
      const { era: current, waits } = record.read();
      if (error?.retryAfter) record.wait(withWait(waits, error, sent, now()));
      if (session && era !== current) onUnwanted(session);
      stillWanted();
      if (error) {
        const { bindTicket } = members(answer.data);
        if (isText(bindTicket)) ticket = { value: bindTicket, era };
        throw error;
      }
      if (!session) {
        throw new LoginError("unexpected_answer", { action: "retry", status: answer.statusCode });
      }
      ticket = undefined;
      opened = { sessionId: session.sessionId, at: now() };
      record.keep(session);
      return session;
    };
    try {
      return await persistently(attempt, retryDelays, !!credentials);
    } catch (error) {
      stillWanted();
      if (error instanceof LoginError) onRefusal(error, credentials);
      throw error;
    }
  }

  async function exchange(
    credentials: Credentials | PhoneCode | undefined,
    era: number,
    mayBeSent: () => void,
  ): Promise<Answer> {
    if (credentials && ticket?.era === era) {
      const answer = await post({ bindTicket: ticket.value, ...credentials });
      const { code, action } = members(answer.data);
      // A bind that the ticket has lost to may have come after the phone code was spent.
      if (code !== "invalid_ticket" || action === "new_phone_code") return answer;
      ticket = undefined;
      mayBeSent();
    }
    const code = await oneCode(mayBeSent);
    mayBeSent();
    return post({ code, ...(appId && { appId }), ...credentials });
  }

  /** One `wx.login` at a time: the code that an ended login waited for, and will not send, serves the next. */
  async function oneCode(mayBeSent: () => void): Promise<string> {
    try {
      if (coming) return await coming;
    } catch {
      // That one was not for this login, which asks once more.
      mayBeSent();
    }
    const mine = freshCode(wx, timeout);
    const arrived = () => {
      coming = undefined;
    };
    // Before whoever waits for it goes on.
    mine.then(arrived, arrived);
    coming = mine;
    return mine;
  }

  function post(data: object): Promise<Answer> {
    const request = {
      url: `${baseUrl}/login`,
      // The default is GET, which would put the password into the URL.
      method: "POST" as const,
      header: { "content-type": "application/json" },
      data,
      timeout,
    };
    return sendRequest(wx, request, (answer) => {
      const session = asSession(answer.data);
      if (session) onUnwanted(session);
    });
  }

  /** Phones' clocks are wrong by hours: what counts is how long the session lives by the server's clock. */
  function sessionFrom(answer: Answer): Session | undefined {
    const session = asSession(answer.data);
    if (!session) return undefined;
    const received = now();
    const lifetime = Date.parse(session.expiresAt) - sentAt(answer, received);
    const margin = Math.min(5000, lifetime / 10);
    return { ...session, endsAt: lifetime > 0 ? received + lifetime - margin : 0 };
  }

  return {
    single,
    underWay: (era: number) => flight?.era === era,
    /** Rejects whoever waits for the login under way with `logged_out`. */
    cancel: () => flight?.cancel(),
    /** Whether it was opened here, seconds ago. */
    isNew({ sessionId }: Session) {
      if (opened?.sessionId !== sessionId) return false;
      const age = now() - opened.at;
      return age >= 0 && age < 10_000;
    },
  };
}

export function loggedOut(): LoginError {
  return new LoginError("logged_out", { action: "new_code", detail: "call login() or bind()" });
}

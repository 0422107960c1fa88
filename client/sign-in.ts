import { freshCode, send, within } from "./calls.ts";
import { errorOf, isText, LoginError, members } from "./login-error.ts";
import { asSession, type Session, type sessionKeeper } from "./session-keeper.ts";
import { persistently } from "./tries.ts";
import { type Answer, header, type Wx } from "./wx.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface SignInNeeds {
  readonly wx: Wx;
  readonly baseUrl: string;
  readonly appId: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds before each further try of a login that failed in passing. */
  readonly retryDelays: readonly number[];
  readonly now: () => number;
  readonly keeper: ReturnType<typeof sessionKeeper>;
  /** Told of every login that the server, or the wait it asked for, refused; not of the tries before its last. */
  readonly onRefusal: (error: LoginError) => void;
  /** Given the session of a login that a logout has overtaken. */
  readonly onUnwanted: (session: Session) => void;
}

interface Flight {
  /** Undefined: a silent login. */
  readonly credentials: Credentials | undefined;
  readonly era: number;
  readonly promise: Promise<Session>;
}

/** Everything up to a session: the one login at a time, its ticket, and the wait that the server asks for. */
export function signIn(needs: SignInNeeds) {
  const { wx, baseUrl, appId, timeout, retryDelays, now, keeper, onRefusal, onUnwanted } = needs;
  let flight: Flight | undefined;
  let ticket: string | undefined;
  let pause: { readonly error: LoginError; readonly from: number; readonly until: number } | undefined;
  /** Counts logouts: whatever was begun before one must not outlive it. */
  let era = 0;
  /** Ends the wait before another try. */
  let wake = () => {};

  /** One login at a time. A silent one is content with whatever login is under way; a bind only with its own double. */
  function single(credentials: Credentials | undefined, asked = era): Promise<Session> {
    if (asked !== era) return Promise.reject(loggedOut());
    if (flight) {
      const joins =
        flight.era === era &&
        (!credentials ||
          (flight.credentials?.username === credentials.username &&
            flight.credentials.password === credentials.password));
      if (joins) return flight.promise;
      const next = () => single(credentials, asked);
      return flight.promise.then(next, next);
    }
    const land = () => {
      flight = undefined;
    };
    const promise = open(credentials);
    flight = { credentials, era, promise };
    promise.then(land, land);
    return promise;
  }

  async function open(credentials: Credentials | undefined): Promise<Session> {
    const begun = era;
    const stillWanted = () => {
      if (begun !== era) throw loggedOut();
    };
    const attempt = async () => {
      stillWanted();
      const answer = await exchange(credentials, stillWanted);
      const late = begun !== era && asSession(answer.data);
      if (late) onUnwanted(late);
      stillWanted();
      const session = opened(answer);
      ticket = undefined;
      keeper.keep(session);
      return session;
    };
    try {
      checkPause(credentials);
      return await persistently(attempt, retryDelays, rest, !!credentials);
    } catch (error) {
      stillWanted();
      if (error instanceof LoginError) learn(error);
      throw error;
    }
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms);
    });
  }

  async function exchange(credentials: Credentials | undefined, stillWanted: () => void): Promise<Answer> {
    if (credentials && ticket) {
      const answer = await post({ bindTicket: ticket, ...credentials });
      if (members(answer.data).code !== "invalid_ticket") return answer;
      ticket = undefined;
      stillWanted();
    }
    const code = await within(timeout, freshCode(wx, timeout));
    stillWanted();
    return post({ code, ...(appId && { appId }), ...credentials });
  }

  function post(data: object): Promise<Answer> {
    return within(
      timeout,
      send(wx, {
        url: `${baseUrl}/login`,
        // The default is GET, which would put the password into the URL.
        method: "POST",
        header: { "content-type": "application/json" },
        data,
        timeout,
      }),
    );
  }

  function opened(answer: Answer): Session {
    const error = errorOf(answer);
    const session = asSession(answer.data);
    const { bindTicket } = members(answer.data);
    if (error && isText(bindTicket)) ticket = bindTicket;
    if (error) throw error;
    if (!session) {
      throw new LoginError("unexpected_answer", { action: "retry", status: answer.statusCode });
    }
    // Phones' clocks are wrong by hours: what counts is how long the session lives by the server's clock.
    const received = now();
    const sent = Date.parse(header(answer, "date") || "") || received;
    const lifetime = Date.parse(session.expiresAt) - sent;
    const margin = Math.min(5000, lifetime / 10);
    return { ...session, endsAt: lifetime > 0 ? received + lifetime - margin : 0 };
  }

  function learn(error: LoginError): void {
    const { retryAfter } = error;
    if (retryAfter && error !== pause?.error) {
      pause = { error, from: now(), until: now() + retryAfter * 1000 };
    }
    onRefusal(error);
  }

  function checkPause(credentials: Credentials | undefined): void {
    if (!pause) return;
    const { error, from, until } = pause;
    // A clock that was set back must not prolong it.
    if (now() >= until || now() < from) pause = undefined;
    // Too many passwords say nothing about logins without one.
    else if (credentials || error.code !== "too_many_attempts") {
      const left = new LoginError(error.code, { ...error, retryAfter: Math.ceil((until - now()) / 1000) });
      pause = { error: left, from, until };
      throw left;
    }
  }

  return {
    single: (credentials?: Credentials) => single(credentials),
    underWay: () => flight?.era === era,
    /** Whatever is under way will be rejected with `logged_out`. */
    abandon() {
      era++;
      ticket = undefined;
      wake();
    },
  };
}

export function loggedOut(): LoginError {
  return new LoginError("logged_out", { action: "new_code", detail: "call login() or bind()" });
}

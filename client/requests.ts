import { sendRequest } from "./calls.ts";
import { isRefusedSession, LoginError, members } from "./login-error.ts";
import { places } from "./places.ts";
import type { loginRecord } from "./record.ts";
import type { Session } from "./session.ts";
import { loggedOut, type signIn } from "./sign-in.ts";
import type { Answer, AnyAnswer, Method, Wx } from "./wx.ts";

export interface RequestNeeds {
  readonly wx: Wx;
  readonly baseUrl: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
  readonly record: ReturnType<typeof loginRecord>;
  readonly signing: ReturnType<typeof signIn>;
}

export interface Addressed {
  readonly url: string;
  readonly header: Readonly<Record<string, string>>;
}

/** Something to be sent with a session. */
export interface Sending<A extends AnyAnswer> {
  readonly method: string;
  readonly path: string;
  /** Whether it may be sent again when the session was refused. */
  readonly replay: boolean;
  /** What has to be made anew for every sending, with the session there. */
  readonly fresh?: (() => Promise<object>) | undefined;
  readonly send: (to: Addressed, fresh?: object) => Promise<A>;
}

/** Everything that is sent with a session, and what follows when the session is refused. */
export function requests({ wx, baseUrl, timeout, now, record, signing }: RequestNeeds) {
  const inPlace = places(9);
  /** Routes whose last answer was a refusal, and when it was found to be their own (NaN: it was not). */
  const refusing = new Map<string, number>();
  /** The last session that any route accepted. */
  let accepted: string | undefined;
  function live(): Session | undefined {
    const { session } = record.read();
    return session && (!session.endsAt || now() < session.endsAt) ? session : undefined;
  }

  /**
   * `answer`, and the session that it was given to. `quiet` resolves when nothing is under way any more that ends
   * the sessions of that era.
   */
  async function exchange<A extends AnyAnswer>(
    sending: Sending<A>,
    quiet?: (era: number) => Promise<unknown>,
  ): Promise<{ readonly answer: A; readonly session: Session }> {
    const { method, path, replay, fresh } = sending;
    if (path[0] !== "/") {
      throw new LoginError("invalid_request", { action: "fix_request", detail: "path begins with /" });
    }
    const route = `${method} ${path.replace(/\?.*/, "")}`;
    const asked = record.read();
    // What was asked for under one login is not sent under the next, which may be another person's.
    const stillTheirs = () => {
      const { era, userId } = record.read();
      if (era !== asked.era || (asked.userId && asked.userId !== userId)) throw loggedOut();
    };
    for (let sent = 1, opened = false; ; sent++) {
      let before = live();
      if (!before) {
        await quiet?.(asked.era);
        before = live();
      }
      const chosen = before ?? (await silently(asked.era));
      if (!before) opened = true;
      const made = fresh && (await fresh());
      const { answer, session } = await inPlace(async () => {
        stillTheirs();
        // While it waited for its place, another may have been opened.
        const session = live() ?? chosen;
        return { answer: await sending.send(addressed(session, path), made), session };
      });
      if (!isRefusedSession(answer)) {
        accepted = session.sessionId;
        refusing.delete(route);
        // The session is good, and the wx.login that opened it too old for what was asked.
        const isStale = answer.statusCode === 409 && members(answer.data).action === "new_code";
        if (!isStale || !replay || sent > 1) return { answer, session };
        record.forget(session);
        continue;
      }
      if (quiet && (await isFault(route, session, opened))) {
        throw refused(answer, `${route} refuses good sessions: see its authorizer, or a firewall`);
      }
      record.forget(session);
      if (opened || sent > 2) throw refused(answer, "a new session was refused too");
      if (!replay) throw refused(answer, `${route} was not sent again: say replay: true if safe`);
    }
  }

  async function silently(era: number): Promise<Session> {
    // Who logged out comes back by asking to: then this waits for it.
    if (record.read().out && !signing.underWay(era)) throw loggedOut();
    return signing.single(undefined, era);
  }

  /**
   * Whether it is the route that refuses, and not the session that is over: another login would be refused too, and so
   * on for as long as somebody polls. Suspected where a session was opened seconds ago, or refused before.
   */
  async function isFault(route: string, session: Session, openedForThis: boolean): Promise<boolean> {
    const since = refusing.get(route);
    const age = now() - (since ?? Number.NaN);
    if (age >= 0 && age < 300_000) return true;
    refusing.set(route, Number.NaN);
    const isSuspect = openedForThis || since !== undefined || signing.isNew(session);
    const isFault =
      (openedForThis && accepted !== session.sessionId) || (isSuspect && (await isAlive(session)));
    if (isFault) refusing.set(route, now());
    return isFault;
  }

  async function isAlive(session: Session): Promise<boolean> {
    const answer = await plain("GET", session).catch(() => undefined);
    return answer?.statusCode === 200;
  }

  function addressed({ sessionId }: Session, path: string): Addressed {
    return { url: baseUrl + path, header: { Authorization: `Bearer ${sessionId}` } };
  }

  /** On the session itself, with nothing of the above. */
  function plain(method: Method, session: Session): Promise<Answer> {
    return sendRequest(wx, { ...addressed(session, "/session"), method, timeout });
  }

  /** Ends it on the server, if that can be reached. */
  async function close(session: Session): Promise<void> {
    await plain("DELETE", session).catch(() => {});
  }

  return { live, exchange, close };
}

function refused({ statusCode }: AnyAnswer, detail: string): LoginError {
  return new LoginError("session_refused", { action: "retry", status: statusCode, detail });
}

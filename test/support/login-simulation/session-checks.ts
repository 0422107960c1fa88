/** Whatever happens has a number, and later things have greater ones. */
export type Order = number;

/** A session as its phone was told of it. */
export interface OpenedSession {
  readonly id: string;
  readonly identity: string;
  readonly appId: string;
  readonly userId: string;
  /** When its login was asked for, and when it was answered. */
  readonly asked: Order;
  readonly answered: Order;
  /** The right time of its answer, in milliseconds. */
  readonly openedAt: number;
  /** Something that ends it was under way since its login was asked for. */
  mayBeEnded: boolean;
  /** What is asked later than this must be refused. */
  endedAt: Order;
}

/** Something that ends sessions, from its request on until nothing of it is under way any more. */
export interface Ending {
  readonly asked: Order;
  readonly ends: (session: Pick<OpenedSession, "id" | "identity" | "userId">) => boolean;
  isOver: () => boolean;
  /** When it was seen to be over. */
  overAt: Order;
}

/** How far clocks are apart at most. */
const apart = 3_600_000;
const never = Number.POSITIVE_INFINITY;

/** Which sessions may be used, and which may not. */
export function sessionChecks(lifetimeMs: number, now: () => number, violated: (what: string) => void) {
  let order: Order = 0;
  const sessions: OpenedSession[] = [];
  const byId = new Map<string, OpenedSession>();
  const endings: Ending[] = [];

  const mayBeOld = ({ openedAt }: OpenedSession) => now() > openedAt + lifetimeMs - apart - 60_000;
  const mustBeOld = ({ openedAt }: OpenedSession, at: number) => at > openedAt + lifetimeMs + apart;

  return {
    sessions: sessions as readonly OpenedSession[],
    byId: (id: string): OpenedSession | undefined => byId.get(id),
    next: (): Order => ++order,

    opened(session: Omit<OpenedSession, "answered" | "openedAt" | "mayBeEnded" | "endedAt">): OpenedSession {
      if (byId.has(session.id)) violated("two logins are told one session");
      for (const it of endings) if (it.overAt === never && it.isOver()) it.overAt = order;
      const mayBeEnded = endings.some(({ overAt, ends }) => overAt >= session.asked && ends(session));
      const it = { ...session, answered: ++order, openedAt: now(), mayBeEnded, endedAt: never };
      sessions.push(it);
      byId.set(it.id, it);
      return it;
    },

    /** Something is asked for that ends sessions. */
    ending(ends: Ending["ends"]): Ending {
      const it: Ending = { asked: ++order, ends, isOver: () => false, overAt: never };
      endings.push(it);
      for (const session of sessions) if (ends(session)) session.mayBeEnded = true;
      return it;
    },

    /** It was said to be done: what was open before is closed for good. */
    ended({ asked, ends }: Ending): OpenedSession[] {
      const done = ++order;
      const those = sessions.filter((it) => it.answered < asked && ends(it));
      for (const session of those) session.endedAt = Math.min(session.endedAt, done);
      return those;
    },

    /** An authorization that was asked for at `asked`, and at this time, has let this session in. */
    allowed(id: string, asked: Order, askedAt: number): void {
      const session = byId.get(id);
      if (!session) return;
      if (session.endedAt < asked) violated("a session is let in that has been ended");
      if (mustBeOld(session, askedAt)) violated("a session is let in that has expired");
    },

    refused(id: string): void {
      const session = byId.get(id);
      if (session && !session.mayBeEnded && !mayBeOld(session)) {
        violated("a session is refused that nothing has ended");
      }
    },

    /** As the tables are: what is allowed by the right clock. */
    isRight(session: OpenedSession, isAllowed: boolean, after: string): void {
      if (isAllowed && session.endedAt < never) violated(`a session is open after ${after}`);
      if (isAllowed && mustBeOld(session, now())) violated(`an expired session is open after ${after}`);
      if (!isAllowed && !session.mayBeEnded && !mayBeOld(session)) {
        violated(`a session is shut after ${after}, though nothing has ended it`);
      }
    },
  };
}

import type { Answered, OpenedSession, simulatedServer } from "./server.ts";

/** Whatever happens has a number, and later things have greater ones. */
type Order = number;

/** A call of the SDK by the app. */
export interface AppCall {
  readonly what: "login" | "request" | "ending";
  readonly copy: CopyState;
  readonly called: Order;
  /** For requests: the session's at the time, if there was one. */
  readonly userId?: string | undefined;
  readonly mayRepeat?: boolean;
  settled: boolean;
  /** How often it was sent, and refused. */
  sent: number;
  refused: number;
  /** Of an ending: when the copy said so, and the session that there was. */
  left?: Order;
  behindItsBack?: Kept | undefined;
}

/** An end of the login: what was asked for before `called`, or sent before `done`, must not outlive it. */
interface Leave {
  readonly copy: CopyState;
  readonly called: Order;
  readonly done: Order;
}

type LoginKind = "logins" | "passwords" | "phoneCodes";

function kindOf(data: Record<string, unknown>): LoginKind {
  if ("phoneCode" in data) return "phoneCodes";
  return "password" in data ? "passwords" : "logins";
}

interface Wait {
  readonly copy: CopyState;
  readonly kind: LoginKind;
  /** By the phone's clock. */
  readonly from: number;
  readonly until: number;
}

/** One copy of the SDK, from one start of the mini-program to the next. */
export interface CopyState {
  readonly calls: AppCall[];
  isDead: boolean;
  codesAsked: number;
  /** When the last answer to a `POST /login` came. */
  loginAnswered: Order;
}

interface Kept {
  readonly session: OpenedSession;
  readonly copy: CopyState;
  readonly sent: Order;
  /** It came too late for anybody: it must be ended. */
  unwanted: boolean;
  closing: boolean;
  isReplaced: boolean;
  readonly answered: Order;
}

const hour = 3_600_000;

/** What must hold of every schedule. `violated` is told what does not. */
export function checks(
  server: ReturnType<typeof simulatedServer>,
  phoneNow: () => number,
  violated: (what: string) => void,
) {
  let order: Order = 0;
  const leaves: Leave[] = [];
  const waits: Wait[] = [];
  const explicit: AppCall[] = [];
  const kept = new Map<string, Kept>();
  const tickets = new Map<string, Order>();
  const copies = new Set<CopyState>();
  /** What one copy cannot know of another when storage fails, nor a start of the one before it. */
  let storageHasFailed = false;
  let clockHasJumped = false;

  const isVisible = (copy: CopyState, other: CopyState) => copy === other || !storageHasFailed;
  /** What another copy has written meanwhile may have come in the place of what this one knew, waits and all. */
  const knows = (copy: CopyState, wait: Wait) =>
    !storageHasFailed || (copy === wait.copy && [...copies].every((it) => it === copy || it.isDead));
  const lastLeave = (copy: CopyState) =>
    leaves
      .filter((it) => isVisible(copy, it.copy))
      .reduce<Leave | undefined>((last, it) => (last && last.done > it.done ? last : it), undefined);

  /** Whether the person has asked for a login since, by the time of `before`. */
  const wasAskedFor = (leave: Leave, before: Order) =>
    explicit.some(({ called }) => called > leave.called && called < before);

  function checkSession(copy: CopyState, id: string, where: string): void {
    const leave = lastLeave(copy);
    const it = kept.get(id);
    if (!it) {
      violated(`${where}: a session that was never answered`);
      return;
    }
    // What the copies do not know of each other, they cannot put in order.
    if (storageHasFailed && it.copy !== copy) return;
    if (leave && it.sent < leave.done) violated(`${where}: a session from before the logout`);
    if (leave && !wasAskedFor(leave, it.sent))
      violated(`${where}: nobody has asked to log in since the logout`);
  }

  return {
    isOut: (copy: CopyState) => {
      const leave = lastLeave(copy);
      return !!leave && ![...kept.values()].some(({ sent, unwanted }) => sent > leave.done && !unwanted);
    },
    storageFailed() {
      storageHasFailed = true;
    },
    get storageHasFailed() {
      return storageHasFailed;
    },
    clockJumped() {
      clockHasJumped = true;
      waits.length = 0;
    },
    begin(copy: CopyState, what: AppCall["what"], more: Pick<AppCall, "userId" | "mayRepeat"> = {}): AppCall {
      const call: AppCall = { what, copy, called: ++order, settled: false, sent: 0, refused: 0, ...more };
      copy.calls.push(call);
      copies.add(copy);
      if (what === "login") explicit.push(call);
      return call;
    },
    logout(copy: CopyState) {
      order++;
      leaves.push({ copy, called: order, done: order });
    },
    /** The copy says that it is logged out, with no logout of its own: an ending has succeeded, or another's. */
    saysLoggedOut(copy: CopyState) {
      const ending = copy.calls.find(({ what, settled }) => what === "ending" && !settled);
      if (!ending) return;
      ending.left = ++order;
      ending.behindItsBack = [...kept.values()]
        .filter((it) => isVisible(copy, it.copy) && !it.unwanted)
        .sort((one, other) => one.sent - other.sent)
        .at(-1);
    },
    /** An ending has succeeded: it must not have thrown out a login that was asked for after it. */
    ended({ copy, called, left, behindItsBack }: AppCall, hasSession: boolean) {
      const newer = explicit.find((it) => it.copy === copy && it.called > called && it.settled);
      const isOver = leaves.some((it) => newer && it.called > newer.called);
      const live = [...kept.values()].some((it) => {
        return (
          it.copy === copy && newer && it.sent > newer.called && !it.unwanted && server.isLive(it.session.id)
        );
      });
      if (newer && live && !isOver && !hasSession) violated("an ending has thrown out a login from after it");
      if (!left || leaves.some(({ done }) => done > called)) return;
      leaves.push({ copy, called, done: left });
      if (behindItsBack) behindItsBack.unwanted = true;
    },
    sees(copy: CopyState, sessionId: string | undefined) {
      if (sessionId) checkSession(copy, sessionId, "session()");
    },
    asksForCode(copy: CopyState) {
      if (++copy.codesAsked > 1) violated("two wx.login at a time");
    },
    sendsLogin(copy: CopyState, data: Record<string, unknown>): Order {
      order++;
      const leave = lastLeave(copy);
      const isWanted = copy.calls.some(({ what, called, settled }) => {
        if (settled) return false;
        if (what === "login") return called > (leave?.called ?? 0);
        return called > (leave?.done ?? 0) && (!leave || wasAskedFor(leave, order));
      });
      if (!isWanted) violated("a login that nobody waits for any more is sent");
      const ticket = tickets.get(String(data.bindTicket));
      if (leave && ticket !== undefined && ticket < leave.done) violated("a ticket outlives a logout");
      const now = phoneNow();
      for (const wait of waits) {
        const { from, until, kind } = wait;
        const applies = knows(copy, wait) && (kind === "logins" || kind === kindOf(data));
        if (applies && now >= from && now < Math.min(until, from + hour))
          violated("a Retry-After was not waited for");
      }
      return order;
    },
    /** An answer to `POST /login` that the SDK is told, in time or too late. */
    loginAnswered(
      copy: CopyState,
      sent: Order,
      answer: Answered,
      inTime: boolean,
      request: Record<string, unknown>,
    ) {
      const { sessionId, bindTicket, code } = Object(answer.data);
      copy.loginAnswered = ++order;
      if (typeof bindTicket === "string" && inTime) tickets.set(bindTicket, sent);
      const retryAfter = answer.header["Retry-After"];
      if (retryAfter && inTime) {
        const seconds = /^\d+$/.test(retryAfter) ? Math.min(Number(retryAfter), 86_400) : 30;
        const from = phoneNow();
        const asked = kindOf(request);
        const kind = asked === "passwords" && code !== "too_many_attempts" ? "logins" : asked;
        waits.push({ copy, from, until: from + seconds * 1000, kind });
      }
      const session = server.session(sessionId);
      if (!session || kept.has(session.id)) return;
      const leave = lastLeave(copy);
      kept.set(session.id, {
        session,
        copy,
        sent,
        unwanted: !inTime || (!!leave && leave.done > sent),
        closing: false,
        isReplaced: false,
        answered: order,
      });
    },
    /** Refused for good, without a login that might have helped. */
    isGivenUp: ({ copy, called, mayRepeat, refused }: AppCall) =>
      !!mayRepeat && refused > 0 && copy.loginAnswered < called,
    sends(call: AppCall, sessionId: string) {
      const { copy, called, userId, mayRepeat } = call;
      order++;
      checkSession(copy, sessionId, "a request");
      const leave = lastLeave(copy);
      if (leave && leave.done > called) violated("a request is sent that is from before a logout");
      if (userId && server.session(sessionId)?.userId !== userId)
        violated("a request is sent under another account");
      call.sent++;
      if (call.sent > (mayRepeat ? 3 : 1)) violated("a request is sent too often");
    },
    closes(sessionId: string) {
      const it = kept.get(sessionId);
      if (it) it.closing = true;
    },
    /** A session of this copy that is good, as it knows: a silent login is needless. Each is found once. */
    findNeedless(copy: CopyState, loginSent: Order): boolean {
      const { done } = lastLeave(copy) ?? { done: 0 };
      if (clockHasJumped) return false;
      for (const it of kept.values()) {
        const { unwanted, closing, sent, session } = it;
        if (it.copy !== copy || unwanted || closing || it.isReplaced || sent < done) continue;
        if (loginSent < done || loginSent < it.answered) continue;
        if (!server.isLive(session.id) || server.isEnding(session.id)) continue;
        it.isReplaced = true;
        return true;
      }
      return false;
    },
    /** When nothing is going on any more. */
    atEnd(copies: readonly CopyState[]) {
      for (const { calls } of copies) {
        if (calls.some(({ settled }) => !settled)) violated("a promise stays pending for ever");
      }
      for (const { copy, session, unwanted, closing } of kept.values()) {
        if (unwanted && !closing && !copy.isDead && server.isLive(session.id)) {
          violated("a session is left behind");
        }
      }
    },
  };
}

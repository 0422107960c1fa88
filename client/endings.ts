import { sendRequest } from "./calls.ts";
import { errorOf } from "./login-error.ts";
import type { loginRecord } from "./record.ts";
import type { requests } from "./requests.ts";
import { loggedOut } from "./sign-in.ts";
import type { Answer, Wx } from "./wx.ts";

export interface EndingNeeds {
  readonly wx: Wx;
  /** Milliseconds. */
  readonly timeout: number;
  readonly now: () => number;
  readonly record: ReturnType<typeof loginRecord>;
  readonly exchange: ReturnType<typeof requests>["exchange"];
  readonly close: ReturnType<typeof requests>["close"];
}

interface Ending {
  readonly path: string;
  readonly era: number;
  /** The era afterwards. */
  readonly promise: Promise<number>;
}

/**
 * Logout everywhere and unbinding: the server goes first, and its answer may come late. Whoever wants to log in
 * meanwhile waits: it would be thrown out by that answer, or would undo what the person has asked for.
 */
export function endings({ wx, timeout, now, record, exchange, close }: EndingNeeds) {
  let underWay: Ending | undefined;

  /** Rejects with a LoginError when it has not happened. */
  function end(path: string): Promise<number> {
    const { era } = record.read();
    if (underWay?.path === path && underWay.era === era) return underWay.promise;
    const promise = endAfter(underWay?.promise, path, era);
    const ending = { path, era, promise };
    underWay = ending;
    const over = () => {
      if (underWay === ending) underWay = undefined;
    };
    promise.then(over, over);
    return promise;
  }

  async function endAfter(previous: Promise<number> | undefined, path: string, era: number): Promise<number> {
    if (previous) await previous.catch(() => {});
    if (record.read().era !== era) throw loggedOut();
    const method = "DELETE";
    const { answer, session } = await exchange<Answer>({
      method,
      path,
      replay: true,
      send: (to) => sendRequest(wx, { ...to, method, timeout }),
    });
    const error = errorOf(answer, now());
    if (error) throw error;
    const { era: current, session: left } = record.read();
    if (current !== era) return era;
    const next = record.leave();
    // Another copy's, or a bind's that was under way: it was opened behind the back of this.
    if (left && left.sessionId !== session.sessionId) await close(left);
    return next;
  }

  /** The era in which what was asked for in `era` may go on, when what is being ended now has been. */
  async function quiet(era: number): Promise<number> {
    return underWay?.era === era ? underWay.promise.catch(() => era) : era;
  }

  return { end, quiet };
}

import { isText, members } from "./login-error.ts";
import { asSession, type Session } from "./session.ts";
import { asWaits, type Waits } from "./waits.ts";
import type { Wx } from "./wx.ts";

/**
 * What is known about the login here. It is in memory and in storage, because storage may be full or broken, and
 * because another copy of the SDK (an independent subpackage has its own) may write to the same key: the newer of both
 * counts.
 */
export interface LoginRecord {
  /** When the last logout was: what was begun before it must not outlive it. */
  readonly era: number;
  /** When this was written. As `era`: milliseconds since 1970 by the phone's clock, and more than the one before. */
  readonly version: number;
  /** Whether the person logged out, and has not logged in again. */
  readonly out: boolean;
  readonly session: Session | undefined;
  /** Whose sessions this era's have been. */
  readonly userId: string | undefined;
  /** What the server has asked for; a logout does not undo it. */
  readonly waits: Waits;
}

/** `onOut` is called when the person logged out, here or in another copy. */
export function loginRecord(wx: Wx, key: string, now: () => number, onOut: () => void) {
  /** Undefined: storage cannot be read. */
  const stored = () => quietly(() => parse(wx.getStorageSync(key)));
  let memory = stored() ?? parse(undefined);
  /** The last logout could not see what was stored: it came after that, whatever the phone's clock said by then. */
  let leftBlindly = false;

  function read(): LoginRecord {
    const { out } = memory;
    const found = stored();
    if (found && isNewer(found, memory)) {
      if (leftBlindly) write({ ...memory, era: later(found.era) });
      else memory = found;
    }
    // The mark of a logout could not be written: others and the next start must see it.
    else if (out && (!found || isNewer(memory, found))) write(memory);
    if (found) leftBlindly = false;
    if (memory.out && !out) onOut();
    return memory;
  }

  const later = (time: number) => Math.max(time + 1, now());

  function write(record: LoginRecord): void {
    memory = record;
    const { session, ...rest } = record;
    // Where nothing can be written, there must at least be no session left. It also makes room.
    quietly(() => wx.removeStorageSync(key));
    quietly(() => wx.setStorageSync(key, { ...session, ...rest }));
  }

  function change(changes: Partial<LoginRecord>): void {
    const before = read();
    write({ ...before, ...changes, version: later(before.version) });
  }

  return {
    read,
    keep(session: Session) {
      change({ session, userId: session.userId, out: false });
    },
    /** Forgets this session and no other: it may have been replaced since it was used. */
    forget({ sessionId }: Session) {
      if (read().session?.sessionId === sessionId) change({ session: undefined });
    },
    /** Returns the era that begins. */
    leave(): number {
      const era = later(read().era);
      leftBlindly = !stored();
      change({ era, session: undefined, userId: undefined, out: true });
      onOut();
      return era;
    },
    wait(waits: Waits) {
      change({ waits });
    },
  };
}

function parse(stored: unknown): LoginRecord {
  const { era, version, out, userId, waits } = members(stored);
  return {
    era: count(era),
    version: count(version),
    out: out === true,
    session: asSession(stored),
    userId: isText(userId) ? userId : undefined,
    waits: asWaits(waits),
  };
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

function isNewer(one: LoginRecord, other: LoginRecord): boolean {
  return one.era === other.era ? one.version > other.version : one.era > other.era;
}

function quietly<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

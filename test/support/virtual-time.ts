/** Time that passes when somebody says so: what is due happens in order, and what was due earlier first. */
export interface VirtualTime {
  readonly now: number;
  /** Later by `ms`; returns what takes it back. */
  after(ms: number, run: () => void): () => void;
  /** The same for what calls nobody back. */
  note(ms: number, run: () => void): void;
  /** Runs what is due until then; after each, whatever that has set going runs to its end. */
  passTo(time: number): Promise<void>;
  /** Until nothing is due any more. */
  passAll(): Promise<void>;
}

interface Due {
  readonly at: number;
  run: (() => void) | undefined;
  readonly callsBack: boolean;
}

/** More turns than the longest chain of promises has between two callbacks of a client. */
const turns = 32;

/** `settled`: waits until every promise that can go on has gone on. */
export function virtualTime(start: number, settled: () => Promise<unknown> = settle): VirtualTime {
  let now = start;
  // The next one is the last.
  const due: Due[] = [];

  async function passUntil(time: number): Promise<void> {
    for (let next = due.at(-1); next && next.at <= time; next = due.at(-1)) {
      due.pop();
      if (!next.run) continue;
      now = next.at;
      next.run();
      if (next.callsBack) await settled();
    }
  }

  function add(ms: number, run: () => void, callsBack: boolean): Due {
    const it: Due = { at: now + Math.max(0, ms), run, callsBack };
    let place = due.length;
    while (place > 0 && (due[place - 1]?.at ?? 0) <= it.at) place--;
    due.splice(place, 0, it);
    return it;
  }

  return {
    get now() {
      return now;
    },
    after(ms, run) {
      const it = add(ms, run, true);
      return () => {
        it.run = undefined;
      };
    },
    note: (ms, run) => void add(ms, run, false),
    async passTo(time) {
      await passUntil(time);
      now = time;
    },
    passAll: () => passUntil(Number.POSITIVE_INFINITY),
  };
}

/** Lets every promise that can go on go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await undefined;
}

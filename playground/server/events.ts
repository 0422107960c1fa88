import type { Mask } from "./mask.ts";

export type Lane =
  | "phone"
  | "gateway"
  | "login"
  | "wechat"
  | "dynamodb"
  | "verifier"
  | "authorizer"
  | "lambda";

/** One arrow of the diagram: something that happened. */
export interface PlaygroundEvent {
  /** Counts from 1. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: Lane;
  readonly to: Lane;
  readonly kind: "call" | "answer";
  readonly label: string;
  readonly ok: boolean;
  /** Of an answer: the id of its call, and how long it took in milliseconds. */
  readonly of?: number;
  readonly ms?: number;
  readonly details: unknown;
}

export interface Call {
  readonly from: Lane;
  readonly to: Lane;
  readonly label: string;
  readonly details?: unknown;
}

export interface Outcome {
  readonly label: string;
  readonly ok: boolean;
  readonly details?: unknown;
}

const mostKept = 400;

/** Everything goes through the mask on its way in: nobody can subscribe to what was there before. */
export function eventHub(mask: Mask, now: () => number) {
  const kept: PlaygroundEvent[] = [];
  const listeners = new Set<(event: PlaygroundEvent) => void>();
  let last = 0;

  function emit(event: Omit<PlaygroundEvent, "id">): number {
    last++;
    const { label, details } = event;
    const shown = { ...event, id: last, label: String(mask(label)), details: mask(details) };
    kept.push(shown);
    if (kept.length > mostKept) kept.shift();
    for (const listener of listeners) listener(shown);
    return last;
  }

  return {
    /** Returns what is called with the outcome. */
    call({ from, to, label, details = {} }: Call): (outcome: Outcome) => void {
      const at = now();
      const of = emit({ at, from, to, kind: "call", label, ok: true, details });
      return (outcome) => {
        const ended = now();
        const ms = Math.max(0, ended - at);
        emit({ at: ended, from: to, to: from, kind: "answer", of, ms, details: {}, ...outcome });
      };
    },
    /** Tells of what came after the event `after`, then of everything new; returns what unsubscribes. */
    subscribe(after: number, listener: (event: PlaygroundEvent) => void): () => void {
      // A page that knows later events has known another process.
      const from = after > last ? 0 : after;
      for (const event of kept) if (event.id > from) listener(event);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export type EventHub = ReturnType<typeof eventHub>;

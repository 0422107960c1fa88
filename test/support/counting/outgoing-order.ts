/** What outgoing-calls.ts writes, one JSON object per line. */
export type OutgoingEvent =
  | { readonly kind: "begin"; readonly number: number; readonly operation: string }
  | { readonly kind: "end"; readonly number: number };

export interface SteppedCall {
  readonly operation: string;
  /** 1 for the first, and for whatever else begins before anything has ended. */
  readonly step: number;
}

/**
 * A call comes one step after the latest of those that had ended when it began: the highest step is the longest chain of
 * calls that waited for one another. A call that is started early and awaited late costs no step of its own.
 */
export function stepsOf(events: readonly OutgoingEvent[]): SteppedCall[] {
  const underWay = new Map<number, number>();
  const calls: SteppedCall[] = [];
  let ended = 0;
  for (const event of events) {
    if (event.kind === "begin") {
      const step = ended + 1;
      underWay.set(event.number, step);
      calls.push({ operation: event.operation, step });
    } else {
      ended = Math.max(ended, underWay.get(event.number) ?? 0);
    }
  }
  return calls;
}

/** What outgoing-calls.ts writes, one JSON object per line. */
export type OutgoingEvent =
  | { readonly kind: "begin"; readonly number: number; readonly operation: string }
  | { readonly kind: "end"; readonly number: number };

/** A request and the step it belongs to: 1 for the first, and for whatever was under way together with it. */
export interface SteppedCall {
  readonly operation: string;
  readonly step: number;
}

/** A new step begins with each request that begins when no other is under way. */
export function stepsOf(events: readonly OutgoingEvent[]): SteppedCall[] {
  const underWay = new Set<number>();
  const calls: SteppedCall[] = [];
  let step = 0;
  for (const event of events) {
    if (event.kind === "end") {
      underWay.delete(event.number);
      continue;
    }
    if (underWay.size === 0) step++;
    underWay.add(event.number);
    calls.push({ operation: event.operation, step });
  }
  return calls;
}

import type { Units } from "../scripts/scale/units.ts";

/** What one HTTP request sets off, as test/flow/round-trips.test.ts counts it in functions that are warm. */
export interface Counted {
  readonly operation: string;
  /** Sequential round trips to services outside, of all functions that take part: they wait for one another. */
  readonly steps: number;
  /** Consumed read and write request units. */
  readonly rru: number;
  readonly wru: number;
}

export function counted({ operations }: Pick<Units, "operations">): Counted[] {
  return Object.entries(operations).map(([operation, { invocations }]) => {
    const sum = (what: "steps" | "rru" | "wru") => invocations.reduce((total, one) => total + one[what], 0);
    return { operation, steps: sum("steps"), rru: sum("rru"), wru: sum("wru") };
  });
}

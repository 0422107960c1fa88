import { totals, type Units } from "../scripts/units.ts";

/** What one HTTP request sets off, as test/flow/round-trips.test.ts counts it in functions that are warm. */
export interface Counted {
  readonly operation: string;
  /** Sequential round trips to services outside, of all functions that take part: they wait for one another. */
  readonly steps: number;
  /** Consumed read and write request units. */
  readonly rru: number;
  readonly wru: number;
}

export function counted(units: Units): Counted[] {
  return Object.entries(units).map(([operation, functions]) => ({ operation, ...totals(functions) }));
}

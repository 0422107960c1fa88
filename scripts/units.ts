import { readFile } from "node:fs/promises";

/** What one function does for one request, warm. */
export interface CountedFunction {
  /** DynamoDB's read and write request units. */
  readonly rru: number;
  readonly wru: number;
  /**
   * Outside steps, one after the other, by number: `{ "1": "wechat:jscode2session", "2": "dynamodb:GetItem bindings" }`.
   * Calls that are had at the same time are one step, joined by ` + `.
   */
  readonly steps: Readonly<Record<string, string>>;
}

/** `docs/units.json`: functions by operation (`silent login`) and label (`login`). */
export type Units = Readonly<Record<string, Readonly<Record<string, CountedFunction>>>>;

export const unitsFile = new URL("../docs/units.json", import.meta.url);

export async function readUnits(): Promise<Units> {
  return JSON.parse(await readFile(unitsFile, "utf8"));
}

/** What an operation takes in all. Functions wait for one another, so their steps add up. */
export function totals(functions: Units[string]): { steps: number; rru: number; wru: number } {
  const all = Object.values(functions);
  const sum = (of: (one: CountedFunction) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    steps: sum(({ steps }) => Object.keys(steps).length),
    rru: sum(({ rru }) => rru),
    wru: sum(({ wru }) => wru),
  };
}

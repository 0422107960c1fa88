import file from "../../docs/scale/assumptions.json" with { type: "json" };
import { type Decimal, decimal } from "./decimal.ts";

export type Assumption = keyof typeof file;

/** What is not counted but assumed, and said so in docs/scale.md. */
export function assumed(name: Assumption): Decimal {
  return decimal(file[name].value);
}

export const assumptions = Object.values(file);

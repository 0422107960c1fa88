import { assumptions } from "./assumptions.ts";
import { peak, quotaTable } from "./capacity-tables.ts";
import { cache, fixed, month, perMillion, secondRegion, sensitivity, summary } from "./cost-tables.ts";
import { decimal, rounded } from "./decimal.ts";
import { table } from "./table.ts";
import type { Units } from "./units.ts";
import { billedMs, operationOf, ownInvocations } from "./usage.ts";

/** The generated parts of docs/scale.md, by the names of their markers. */
export function generatedParts(units: Units): Readonly<Record<string, string>> {
  return {
    summary: summary(units),
    counted: counted(units),
    assumptions: table(
      ["assumed", "value", "because"],
      assumptions.map(({ what, value, unit, why }) => [what, `${value} ${unit}`, why]),
      "left",
    ),
    durations: durations(units),
    "per-million": perMillion(units),
    sensitivity: sensitivity(units),
    fixed: fixed(units),
    month: month(units),
    peak: peak(units),
    quotas: quotaTable(units),
    cache: cache(units),
    "second-region": secondRegion(units),
  };
}

function counted(units: Units): string {
  return table(
    ["operation", "invocations", "steps", "RRU", "WRU", "response", "logged"],
    Object.entries(units.operations).map(([name, operation]) => {
      const own = ownInvocations(operation);
      const total = (of: (it: (typeof own)[number]) => number) => own.map(of).reduce((a, b) => a + b, 0);
      return [
        name,
        own.map((it) => it.function).join(", "),
        own.map(({ steps }) => steps).join(" + "),
        String(total(({ rru }) => rru)),
        String(total(({ wru }) => wru)),
        `${rounded(decimal(operation.responseBytes), 0)} B`,
        `${total(({ logBytes }) => logBytes) + operation.accessLogBytes} B`,
      ];
    }),
  );
}

function durations(units: Units): string {
  const rows = ["silent login", "first login with code and password", "authorize"].flatMap((name) => {
    const operation = operationOf(units, name);
    return ownInvocations(operation).map((it) => [
      `${name}: ${it.function}`,
      `${units.deployed.memory[it.function]} MB`,
      `${rounded(billedMs(it, operation, units), 0)} ms`,
    ]);
  });
  return table(["billed per invocation", "memory", "time"], rows);
}

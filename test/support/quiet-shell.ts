import type { Facts } from "../../functions/core/refusal.ts";
import { type LambdaFunction, shell } from "../../functions/runtime/shell.ts";

/** The function in its shell, as Lambda runs it; its lines go to `lines`, without what its calls took. */
export function quietShell<Event, Answer>(
  fn: LambdaFunction<Event, Answer>,
  lines: Facts[] = [],
): (event: Event) => Promise<Answer> {
  const write = ({ coldStart: _, ...line }: Facts) =>
    lines.push(Object.fromEntries(Object.entries(line).filter(([name]) => !/Ms$/.test(name))));
  return shell(fn, { write, clock: () => 0 });
}

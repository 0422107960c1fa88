import { memorySizes } from "./cold-starts.ts";
import { megabytesOfOneCpu } from "./cpu-share.ts";
import type { Report } from "./report.ts";

export interface Saved {
  readonly what: string;
  /** Wall ms, for each of `memorySizes`. */
  readonly ms: readonly number[];
}

/**
 * What a person would wait less if the hand-signed read were shipped: first answers as they were measured, later calls
 * as their CPU time would stretch under the share.
 */
export function savedByHandSigning({ coldStarts, firstAnswers, warmAuthorizer }: Report): Saved[] {
  const saved: Saved[] = [];
  const add = (what: string, save: (megabytes: number) => number | undefined) => {
    const ms = memorySizes.flatMap((megabytes) => save(megabytes) ?? []);
    if (ms.length === memorySizes.length) saved.push({ what, ms });
  };
  const first = both(firstAnswers);
  const early = both(coldStarts);
  const warm = both(warmAuthorizer);
  const stretched = (us: number, megabytes: number) => (us / 1000) * (megabytesOfOneCpu / megabytes);

  for (const [what, from] of [
    ["first answer, from the start", "fromStartMs"],
    ["first answer of an instance started ahead", "fromHandOverMs"],
  ] as const) {
    add(what, (megabytes) => {
      const [shipped, limit] = first?.map((one) => one[from][megabytes]) ?? [];
      return shipped === undefined || limit === undefined ? undefined : shipped - limit;
    });
  }
  for (const [what, which] of [
    ["each of calls 2-10", 0],
    ["each of calls 11-50", 1],
  ] as const) {
    add(what, (megabytes) => {
      if (!early) return undefined;
      const [shipped, limit] = early;
      return stretched(shipped.earlyCallsUs[which] - limit.earlyCallsUs[which], megabytes);
    });
  }
  add("a warm call", (megabytes) => warm && stretched(warm[0].cpuUs - warm[1].cpuUs, megabytes));
  return saved;
}

function both<T extends { readonly label: string }>(list: readonly T[] = []): [T, T] | undefined {
  const shipped = list.find(({ label }) => label === "authorizer");
  const limit = list.find(({ label }) => label === "hand-signed-authorizer");
  return shipped && limit && [shipped, limit];
}

import { memorySizes } from "./cold-starts.ts";
import { megabytesOfOneCpu } from "./cpu-share.ts";
import type { Report } from "./report.ts";

export interface Saved {
  readonly what: string;
  /** Wall ms, for each of `memorySizes`. */
  readonly ms: readonly number[];
}

/**
 * What a person waits less for because the authorizer sends its one request itself, and not through the SDK's tuned
 * client: first answers as they were measured, later calls as their CPU time would stretch under the share.
 */
export function savedOverSdk({ coldStarts, firstAnswers, warmAuthorizer }: Report): Saved[] {
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
      const [shipped, tuned] = first?.map((one) => one[from][megabytes]) ?? [];
      return shipped === undefined || tuned === undefined ? undefined : tuned - shipped;
    });
  }
  for (const [what, which] of [
    ["each of calls 2-10", 0],
    ["each of calls 11-50", 1],
  ] as const) {
    add(what, (megabytes) => {
      if (!early) return undefined;
      const [shipped, tuned] = early;
      return stretched(tuned.earlyCallsUs[which] - shipped.earlyCallsUs[which], megabytes);
    });
  }
  add("a warm call", (megabytes) => warm && stretched(warm[1].cpuUs - warm[0].cpuUs, megabytes));
  return saved;
}

function both<T extends { readonly label: string }>(list: readonly T[] = []): [T, T] | undefined {
  const shipped = list.find(({ label }) => label === "authorizer");
  const tuned = list.find(({ label }) => label === "tuned-authorizer");
  return shipped && tuned && [shipped, tuned];
}

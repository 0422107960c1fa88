import type { Progress } from "./progress.ts";

/**
 * A B C, B C A, C A B, …: each round measures everything once, beginning with another one, so that what changes on the
 * machine meanwhile changes it for all.
 */
export async function interleave<S extends { readonly label: string }, R>(
  what: string,
  subjects: readonly S[],
  rounds: number,
  progress: Progress,
  measure: (subject: S) => Promise<R>,
): Promise<ReadonlyMap<S, readonly R[]>> {
  const results = new Map<S, R[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % subjects.length;
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      progress(what, round + 1, rounds, subject.label);
      results.get(subject)?.push(await measure(subject));
    }
  }
  return results;
}

import type { Report } from "./report.ts";

/** A promise about speed: what is allowed at most, what is aimed at, and what was measured. Less is better. */
export interface Show {
  readonly what: string;
  readonly atMost: number;
  readonly aim: number;
  readonly measured: number | undefined;
}

/** The promises, for whatever of them was measured. */
export function shows({ coldStarts, firstAnswers, warmAuthorizer, sizes }: Report): Show[] {
  const firstAnswer = (megabytes: number) =>
    ratio(
      find(firstAnswers, "authorizer")?.fromStartMs[megabytes],
      find(firstAnswers, "usual-authorizer")?.fromStartMs[megabytes],
    );
  const firstAnswerCpu = (label: string, of: string) =>
    ratio(find(coldStarts, label)?.firstAnswerMs, find(coldStarts, of)?.firstAnswerMs);
  const warmCpu = (of: string) =>
    ratio(find(warmAuthorizer, "authorizer")?.cpuUs, find(warmAuthorizer, of)?.cpuUs);
  return [
    {
      what: "1. first answer at 256 MB from the start, of the usual authorizer's",
      atMost: 0.3,
      aim: 0.17,
      measured: firstAnswer(256),
    },
    {
      what: "1. first answer at 128 MB from the start, of the usual authorizer's",
      atMost: 0.2,
      aim: 0.12,
      measured: firstAnswer(128),
    },
    {
      what: "2. first-answer CPU of the authorizer, of an empty handler's",
      atMost: 4.3,
      aim: 3,
      measured: firstAnswerCpu("authorizer", "empty"),
    },
    {
      what: "3. warm authorizer CPU, of the usual one's",
      atMost: 0.6,
      aim: 0.22,
      measured: warmCpu("usual-authorizer"),
    },
    {
      what: "3. warm authorizer CPU, of jose's HS256",
      atMost: 11,
      aim: 4,
      measured: warmCpu("jose"),
    },
    {
      what: "4. authorizer's bundle, KB gzipped",
      atMost: 65,
      aim: 10,
      measured: find(sizes, "authorizer")?.gzipped,
    },
    {
      what: "6. first login's CPU, of the same with fetch",
      atMost: 0.8,
      aim: 0.8,
      measured: firstAnswerCpu("login", "fetching-login"),
    },
  ];
}

function find<T extends { readonly label: string }>(list: readonly T[] | undefined, label: string) {
  return list?.find((one) => one.label === label);
}

function ratio(value: number | undefined, of: number | undefined): number | undefined {
  return value === undefined || of === undefined ? undefined : value / of;
}

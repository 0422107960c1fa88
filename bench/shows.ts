import { labelled, type Report, ratio, usual } from "./report.ts";

/** A promise about speed: what is allowed at most, what is aimed at, and what was measured. Less is better. */
export interface Show {
  readonly what: string;
  readonly atMost: number;
  readonly aim?: number;
  readonly measured: number | undefined;
}

/** The promises, for whatever of them was measured. */
export function shows({ firstAnswers, warmAuthorizer, warmLogin, sizes }: Report): Show[] {
  const firstAnswer = (label: string, megabytes: number) =>
    ratio(
      labelled(firstAnswers, label)?.fromStartMs[megabytes],
      labelled(firstAnswers, usual(label))?.fromStartMs[megabytes],
    );
  const warm = (list: Report["warmLogin"], label: string) =>
    ratio(labelled(list, label)?.cpuUs, labelled(list, usual(label))?.cpuUs);
  return [
    {
      what: "authorizer's first answer at 256 MB, of the usual one's",
      atMost: 0.31,
      aim: 0.25,
      measured: firstAnswer("authorizer", 256),
    },
    {
      what: "authorizer's first answer at 128 MB, of the usual one's",
      atMost: 0.25,
      aim: 0.18,
      measured: firstAnswer("authorizer", 128),
    },
    {
      what: "authorizer's warm call, of the usual one's",
      atMost: 0.4,
      aim: 0.33,
      measured: warm(warmAuthorizer, "authorizer"),
    },
    {
      what: "authorizer's bundle, KB gzipped",
      atMost: 6,
      measured: labelled(sizes, "authorizer")?.gzipped,
    },
    {
      what: "login's first answer at 256 MB, of the usual one's",
      atMost: 0.45,
      measured: firstAnswer("login", 256),
    },
    {
      what: "login's warm call, of the usual one's",
      atMost: 0.75,
      measured: warm(warmLogin, "login"),
    },
  ];
}

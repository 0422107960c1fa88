/** When an alarm goes off, and why there. */
export interface Rule {
  /** What people notice. */
  readonly means: string;
  /** It goes off from this value on, or, where it is a rate of success, below it. */
  readonly threshold: number;
  readonly side?: "below";
  readonly periodMinutes: number;
  /** In so many of so many periods in a row. */
  readonly periods: readonly [over: number, outOf: number];
  /** Why these numbers. */
  readonly because: string;
}

/**
 * Fewer failures than this in a period say nothing: at night a whole period may have one person, and one person is up to
 * three failed logins, because the mini-program SDK tries twice more by itself (client/tries.ts). 10 is three people, and
 * one failure more. The SDK sends nothing else again that was answered with 500.
 */
export const fewestFailures = { logins: 10, authorizations: 3, requests: 10 } as const;

const weChatPercent = {
  threshold: 5,
  periodMinutes: 5,
  periods: [2, 3],
  because:
    "Goes off at 5% of the calls to WeChat and 10 of them or more, in 2 of 3 times 5 minutes: single calls fail every day, and one person's mini-program may try three times.",
} as const;

/**
 * Every alarm's threshold, in one place. None goes off when there is no data: where nobody logs in, nothing is wrong.
 * Each has its paragraph in docs/runbook.md under its own name.
 */
export const rules = {
  LoginsFail: {
    means: "People who should get in do not, for a reason that is ours or WeChat's.",
    threshold: 95,
    side: "below",
    periodMinutes: 5,
    periods: [2, 3],
    because:
      "Goes off below 95% success and at 10 failures or more, in 2 of 3 times 5 minutes. One person's mini-program may try three times: 10 are four people or more, and 95% are two people in a hundred whom no try helps. People's own mistakes count neither way, so they can hide nothing.",
  },
  LoginsSlow: {
    means: "One login in a hundred takes 2 seconds or longer.",
    threshold: 2_000,
    periodMinutes: 5,
    periods: [3, 3],
    because:
      "Goes off after 3 times 5 minutes. A cold login is well below it; at 3 seconds WeChat's calls are given up.",
  },
  WeChatTimeout: { means: "WeChat does not answer within 3 seconds.", ...weChatPercent },
  WeChatUnavailable: { means: "WeChat answers nonsense, or cannot be reached.", ...weChatPercent },
  WeChatBusy: { means: "WeChat says that it is busy (errcode -1).", ...weChatPercent },
  WeChatRateLimited: {
    means: "WeChat limits this mini-program's logins (errcode 45011), and people are told to wait.",
    ...weChatPercent,
    because:
      "Goes off at 5% of the calls to WeChat and 10 of them or more, in 2 of 3 times 5 minutes. The mini-program tries none of these again by itself.",
  },
  WeChatQuotaExhausted: {
    means:
      "WeChat answers this mini-program no more today (errcode 45009): nobody logs in until midnight in China.",
    threshold: 1,
    periodMinutes: 5,
    periods: [1, 1],
    because: "Goes off at the first one, because it is about everybody and stays for the rest of the day.",
  },
  WeChatUserBlocked: {
    means: "WeChat refuses people themselves (errcode 40226 or 50002), or has frozen the AppId (50002 too).",
    threshold: 5,
    periodMinutes: 15,
    periods: [1, 1],
    because:
      "Goes off at 5% of the calls to WeChat and 10 of them or more in 15 minutes: WeChat refuses single people every day, and everybody where it has frozen the AppId.",
  },
  MustLook: {
    means: "The configuration is wrong or the code has a bug: it does not pass by itself.",
    threshold: 1,
    periodMinutes: 1,
    periods: [1, 1],
    because: "Goes off at the first one, because until somebody does something nobody may get in.",
  },
  AuthorizerFails: {
    means: "People who are logged in get errors (500) everywhere.",
    threshold: 1,
    periodMinutes: 5,
    periods: [2, 3],
    because:
      "Goes off at 1% and 3 failures or more, in 2 of 3 times 5 minutes. It is stricter than for logins because this is in front of every request.",
  },
  ApiFails: {
    means: "People get errors (500 and above), from a function or from API Gateway itself.",
    threshold: 1,
    periodMinutes: 5,
    periods: [2, 3],
    because:
      "Goes off at 1% of all requests and 10 of them or more, in 2 of 3 times 5 minutes: a login is one request in twenty, so that a few percent may be all of them.",
  },
  FunctionsThrottled: {
    means: "Lambda turns requests away, because all instances that there may be are busy.",
    threshold: 5,
    periodMinutes: 5,
    // Functions without a throttle have no data, which counts as 0: what comes late must not stay unseen with it.
    periods: [1, 2],
    because:
      "Goes off at 5 in one of the last 2 times 5 minutes: one or two may be a burst that was over before anybody noticed, and where it goes on it grows.",
  },
  TablesThrottled: {
    means: "DynamoDB turns reads or writes away: logins get slow, then fail.",
    threshold: 10,
    periodMinutes: 5,
    periods: [2, 3],
    because:
      "Goes off at 10 in 5 minutes, in 2 of 3: a call is tried up to four times, and a table grows with its load within minutes.",
  },
  Lockouts: {
    means:
      "Many attempts are refused unseen (too_many_attempts): somebody guesses passwords, or invents codes.",
    threshold: 20,
    periodMinutes: 15,
    periods: [1, 1],
    because: "Goes off at 20 in 15 minutes: a person who has forgotten a password makes a handful.",
  },
} as const satisfies Record<string, Rule>;

export type AlarmName = keyof typeof rules;

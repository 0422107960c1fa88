import * as v from "valibot";
import type { SecretVerdict } from "../../contract/diagnosis.ts";
import type { RefusalCode } from "../../contract/errors.ts";
import { dayInChina } from "../core/day-in-china.ts";
import { type Facts, type Refusal, refused } from "../core/refusal.ts";

/**
 * What an errcode means to the caller. `alarm`: somebody must look, because it is our configuration or our bug. `secret`:
 * what it says of the AppSecret, which WeChat looks at before anything else; nothing unless said.
 */
export interface Meaning {
  readonly code: RefusalCode;
  readonly alarm?: true;
  readonly secret?: SecretVerdict;
}

export type Meanings = Readonly<Record<number, Meaning>>;

/** Seconds until WeChat may answer otherwise: it counts by the minute, and by the day, which ends at midnight in China. */
const waits: Partial<Record<RefusalCode, (now: number) => number>> = {
  rate_limited: () => 60,
  quota_exhausted: (now) => dayInChina(now).secondsLeft,
};

/** The owner has switched WeChat's API encryption on, and one of these says what it lacks. */
const encryptionErrcodes = Array.from({ length: 11 }, (_, index) => 40230 + index);

/** Of every call. Source: WeChat's general list of return codes, and its pages of the calls. */
const general: Meanings = {
  [-1]: { code: "wechat_busy" },
  45009: { code: "quota_exhausted" },
  45011: { code: "rate_limited" },
  40013: { code: "not_configured", alarm: true, secret: "unknown_app" },
  40125: { code: "not_configured", alarm: true, secret: "refused" },
  40164: { code: "not_configured", alarm: true },
  40243: { code: "not_configured", alarm: true, secret: "frozen" },
  48001: { code: "not_configured", alarm: true },
  ...Object.fromEntries(
    encryptionErrcodes.map((errcode) => [errcode, { code: "not_configured", alarm: true }]),
  ),
  41002: { code: "not_configured", alarm: true },
  41004: { code: "not_configured", alarm: true },
};

/** A member of an answer: it may be absent, 0, a number or a numeric string. WeChat refuses with HTTP 200 too. */
export const errcodeMember = v.nullish(
  v.pipe(
    v.union([v.number(), v.string()], "errcode is not a number"),
    v.transform(Number),
    v.check((value) => Number.isInteger(value), "errcode is not a number"),
  ),
  0,
);

/** What is no answer of WeChat's. */
export function unreadable(why: string) {
  return { secret: "unknown", refusal: refused("wechat_unavailable", { facts: { why } }) } as const;
}

export interface RefusedByErrcode {
  readonly errcode: number;
  readonly secret: SecretVerdict;
  readonly refusal: Refusal;
}

/** `now`: milliseconds since 1970. `own`: what the errcodes mean at this one call. */
export function refusalOf(
  errcode: number,
  errmsg: string,
  now: number,
  own: Meanings = {},
): RefusedByErrcode {
  const meaning = own[errcode] ?? general[errcode] ?? { code: "wechat_unavailable" };
  const { code, alarm, secret = "unknown" } = meaning;
  // Support at WeChat asks for the rid.
  const rid = /\brid: ([\w-]{1,64})/.exec(errmsg)?.[1];
  const facts: Facts = { errcode, ...(rid && { rid }), ...(alarm && { alarm }) };
  const retryAfter = waits[code]?.(now);
  return {
    errcode,
    secret,
    refusal: refused(code, { facts, ...(retryAfter !== undefined && { retryAfter }) }),
  };
}

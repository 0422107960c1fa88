import * as v from "valibot";
import type { SecretVerdict } from "../../contract/diagnosis.ts";
import type { RefusalCode } from "../../contract/errors.ts";
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

/** WeChat counts by the minute. */
const rateLimitSeconds = 60;

/** Of every call. Source: WeChat's general list of return codes, and its pages of the calls. */
const general: Meanings = {
  [-1]: { code: "wechat_busy" },
  45011: { code: "rate_limited" },
  40013: { code: "not_configured", alarm: true, secret: "unknown_app" },
  40125: { code: "not_configured", alarm: true, secret: "refused" },
  40243: { code: "not_configured", alarm: true, secret: "frozen" },
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

export interface RefusedByErrcode {
  readonly errcode: number;
  readonly secret: SecretVerdict;
  readonly refusal: Refusal;
}

/** `own`: what the errcodes mean at this one call. */
export function refusalOf(errcode: number, errmsg: string, own: Meanings): RefusedByErrcode {
  const meaning = own[errcode] ?? general[errcode] ?? { code: "wechat_unavailable" };
  const { code, alarm, secret = "unknown" } = meaning;
  // Support at WeChat asks for the rid.
  const rid = /\brid: ([\w-]{1,64})/.exec(errmsg)?.[1];
  const facts: Facts = { errcode, ...(rid && { rid }), ...(alarm && { alarm }) };
  const retryAfter = code === "rate_limited" && { retryAfter: rateLimitSeconds };
  return { errcode, secret, refusal: refused(code, { facts, ...retryAfter }) };
}

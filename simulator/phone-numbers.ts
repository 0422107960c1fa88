import { createHash } from "node:crypto";

/**
 * A phone number: digits without the country code, and the country code, which WeChat has sent as a string and as a
 * number. It goes out as what it is here.
 */
export type Phone = { number: string; countryCode: string | number };

/** A number that looks like a mainland mobile's, always the same for a name. It may well belong to somebody. */
export function phoneOf(name: string): Phone {
  const hash = createHash("sha256")
    .update(JSON.stringify(["phone", name]))
    .digest();
  const digits = String(hash.readUInt32BE(0) % 100_000_000).padStart(8, "0");
  return { number: `138${digits}`, countryCode: "86" };
}

/** WeChat's `phoneNumber`: a foreign one has its country code in front. Source: its documentation. */
export function dialled({ number, countryCode }: Phone): string {
  return String(countryCode) === "86" ? number : `${countryCode}${number}`;
}

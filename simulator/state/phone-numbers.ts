import { createHash } from "node:crypto";

/** `countryCode` goes out as the string or the number that it is: WeChat has sent both. */
export interface PhoneNumber {
  /** Without the country code. */
  digits: string;
  countryCode: string | number;
}

/** A number that looks like a mainland mobile's, always the same for a name. It may well belong to somebody. */
export function phoneNumberOf(name: string): PhoneNumber {
  const hash = createHash("sha256")
    .update(JSON.stringify(["phone", name]))
    .digest();
  const digits = String(hash.readUInt32BE(0) % 100_000_000).padStart(8, "0");
  return { digits: `138${digits}`, countryCode: "86" };
}

/** WeChat's `phoneNumber`: a foreign one has its country code in front. Source: its documentation. */
export function dialled({ digits, countryCode }: PhoneNumber): string {
  return String(countryCode) === "86" ? digits : `${countryCode}${digits}`;
}

const e164 = /^\+[1-9]\d{6,14}$/;

/** E.164: `+`, the country code and the number, 7 to 15 digits in all. */
export function isPhoneNumber(text: string): boolean {
  return e164.test(text);
}

/** What may be wrong with what somebody has written as a phone number; it completes "phoneNumber …". */
export const phoneNumberFlaws = {
  notE164: "must be a phone number in E.164, such as +8613800138000",
  noCountryCode: "is a Chinese mobile without +86: write its country code too, as in +8613800138000",
} as const;

export type PhoneNumberFlaw = keyof typeof phoneNumberFlaws;

export function flawInPhoneNumber(text: string): PhoneNumberFlaw | undefined {
  if (isPhoneNumber(text)) return undefined;
  return /^(86)?1[3-9]\d{9}$/.test(text) ? "noCountryCode" : "notE164";
}

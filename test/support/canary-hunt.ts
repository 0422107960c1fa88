import { expect } from "vitest";

/** Fails where one of these secrets stands in one of these texts, however it is spelt. */
export function expectNowhere(
  secrets: Readonly<Record<string, string | undefined>>,
  places: Readonly<Record<string, string>>,
): void {
  for (const [what, secret] of Object.entries(secrets)) {
    expect(secret, what).toEqual(expect.stringMatching(/.{8,}/));
    for (const [place, text] of Object.entries(places)) {
      for (const spelling of spellings(secret ?? "")) {
        expect(text.includes(spelling), `${what} in the ${place}`).toBe(false);
      }
    }
  }
}

/** As it is, and as it would stand in a URL or as bytes of a binary attribute. */
function spellings(secret: string): string[] {
  const inBase64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  const asBytes = Buffer.from(secret, "base64url").toString("base64").replace(/=+$/, "");
  return [secret, encodeURIComponent(secret), inBase64, ...(asBytes.length > 20 ? [asBytes] : [])];
}

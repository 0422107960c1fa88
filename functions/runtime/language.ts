import type { Title } from "../../contract/errors.ts";

export type Language = keyof Title;

/**
 * What an `Accept-Language` header (RFC 9110, 12.5.4) would rather have: Chinese, of any script and region, or English,
 * which is also for those who ask for neither.
 */
export function languageFor(accepted: string | undefined): Language {
  const weights: Record<Language, number> = { en: 0, zh: 0 };
  for (const range of (accepted ?? "").split(",")) {
    const [, language, weight] =
      /^\s*(en|zh)(?:-[a-z\d-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(range) ?? [];
    const key = language?.toLowerCase();
    if (key === "en" || key === "zh") weights[key] = Math.max(weights[key], Number(weight ?? 1));
  }
  return weights.zh > weights.en ? "zh" : "en";
}

import { chinese } from "./chinese.ts";
import { english, type Messages } from "./english.ts";

export const languages: ReadonlyMap<string, Messages> = new Map([
  ["zh", chinese],
  ["en", english],
]);

/** Of `--lang`, where it names one, else of the locale (`zh_CN.UTF-8`): Chinese or, for every other, English. */
export function messagesFor(options: readonly string[], locale: string | undefined): Messages {
  const given = options.flatMap((option, index) =>
    option === "--lang" ? (options[index + 1] ?? []) : option.startsWith("--lang=") ? option.slice(7) : [],
  );
  const fromLocale = /^zh(?![a-z])/i.test(locale ?? "") ? chinese : english;
  return languages.get(given.at(-1) ?? "") ?? fromLocale;
}

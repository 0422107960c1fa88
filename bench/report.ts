import type { ColdStart, FirstAnswer } from "./cold-starts.ts";
import type { Growth } from "./growth.ts";
import type { Size } from "./subject.ts";
import type { WarmCall } from "./warm-calls.ts";
import type { WrongPassword } from "./wrong-passwords.ts";

/** What one run has found; sections that were left out are absent. */
export interface Report {
  readonly machine: Readonly<Record<string, string>>;
  readonly sizes?: readonly Size[];
  readonly coldStarts?: readonly ColdStart[];
  readonly firstAnswers?: readonly FirstAnswer[];
  readonly warmAuthorizer?: readonly WarmCall[];
  readonly warmLogin?: readonly WarmCall[];
  readonly growth?: readonly Growth[];
  readonly wrongPasswords?: readonly WrongPassword[];
}

/** What is measured, by its label; undefined where it was not measured. */
export function labelled<T extends { readonly label: string }>(
  list: readonly T[] | undefined,
  label: string,
): T | undefined {
  return list?.find((one) => one.label === label);
}

/** The usual way to do what `label` does, which may be a rival's. */
export function usual(label: string): string {
  return `usual-${label.replace(/^(usual|tuned)-/, "")}`;
}

export function ratio(value: number | undefined, of: number | undefined): number | undefined {
  return value === undefined || of === undefined ? undefined : value / of;
}

import type { ColdStart, FirstAnswer } from "./cold-starts.ts";
import type { Counted } from "./counted.ts";
import type { Growth } from "./growth.ts";
import type { WarmCall } from "./warm-calls.ts";

/** What one run has found; sections that were left out are absent. */
export interface Report {
  readonly machine: Readonly<Record<string, string>>;
  readonly sizes?: readonly Size[];
  readonly coldStarts?: readonly ColdStart[];
  readonly firstAnswers?: readonly FirstAnswer[];
  readonly warmAuthorizer?: readonly WarmCall[];
  readonly warmLogin?: readonly WarmCall[];
  readonly growth?: readonly Growth[];
  readonly counted?: readonly Counted[];
}

/** KB (1,024 bytes) of a bundle. */
export interface Size {
  readonly label: string;
  readonly raw: number;
  readonly gzipped: number;
}

import { accountsFile } from "./en/accounts-file.ts";
import { doctor } from "./en/doctor.ts";
import { failures } from "./en/failures.ts";
import { help } from "./en/help.ts";
import { results } from "./en/results.ts";

export const english = { accountsFile, doctor, failures, help, results };

/** All that people read. A language that lacks one of them, or has one more, does not compile. */
export type Messages = typeof english;

/** A sentence that is said in the reader's language once it is known which. */
export type Text = (messages: Messages) => string;

import type { Messages } from "./english.ts";
import { accountsFile } from "./zh/accounts-file.ts";
import { doctor } from "./zh/doctor.ts";
import { failures } from "./zh/failures.ts";
import { help } from "./zh/help.ts";
import { results } from "./zh/results.ts";

export const chinese: Messages = { accountsFile, doctor, failures, help, results };

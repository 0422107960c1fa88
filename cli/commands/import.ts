import type { Command } from "commander";
import { headerWords } from "../account-row.ts";
import { openAccountsCsv } from "../accounts-csv.ts";
import type { Context } from "../context.ts";
import { Failure, interrupted, type Partly } from "../failure.ts";
import { type ImportCounts, importAccounts } from "../import-accounts.ts";
import { count, grouped, table } from "../output.ts";
import { duration, progress } from "../progress.ts";

const again = "Run the same command again to continue: rows that are there stay as they are.";

/** `accounts import`: many accounts out of a file, as often as it takes. */
export function addImportCommand(accounts: Command, context: Context): void {
  const { terminal, output, signal, clock } = context;
  accounts
    .command("import")
    .description(`add accounts from a CSV file (UTF-8) that begins with ${headerWords}; can be repeated`)
    .argument("<file>", "passwordHash is an argon2id string, $argon2id$v=19$…")
    .action(async (file: string) => {
      const accountsCsv = await openAccountsCsv(file, signal);
      const { total } = accountsCsv;
      const { admin } = await context.deployment();
      const startedAt = clock();
      const line = progress(terminal.screen, total, clock);
      const { counts, failure } = await importAccounts({
        rows: accountsCsv.rows(),
        admin,
        signal,
        onProgress: line.update,
      }).finally(line.end);
      if (signal.aborted) throw interrupted(stopped("Interrupted", counts, total), partly(counts));
      if (failure instanceof Failure) {
        const detail = `${failure.message} ${stopped("The import ended", counts, total)}`;
        throw new Failure(failure.code, detail, partly(counts));
      }
      if (failure !== undefined) throw failure;
      const took = duration((clock() - startedAt) / 1000);
      const summary = `${count(total, "row")} in ${took}: ${outcome(counts)}.`;
      const { answer, text } = partly(counts);
      const all = text === "" ? summary : `${text}\n\n${summary}`;
      output.done(answer, all, counts.bad.length === 0 ? "done" : "refused");
    });
}

function stopped(how: string, counts: ImportCounts, total: number): string {
  return `${how} after ${grouped(counts.done)} of ${count(total, "row")} (${outcome(counts)}). ${again}`;
}

function outcome({ added, unchanged, bad }: ImportCounts): string {
  return `${grouped(added)} added, ${grouped(unchanged)} unchanged, ${grouped(bad.length)} bad`;
}

function partly({ added, unchanged, bad }: ImportCounts): Partly {
  const rows = bad.map(({ line, username, reason }) => [`line ${line}`, username, reason]);
  return {
    answer: { added, unchanged, bad },
    text: rows.length === 0 ? "" : table(["", "username", "reason"], rows),
  };
}

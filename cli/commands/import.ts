import type { Command } from "commander";
import { openAccountsCsv } from "../accounts-csv.ts";
import type { Context } from "../context.ts";
import { Failure, interrupted, type Partly } from "../failure.ts";
import { type ImportCounts, importAccounts } from "../import-accounts.ts";
import { table } from "../layout.ts";
import type { Text } from "../messages/english.ts";
import { progress } from "../progress.ts";
import { duration } from "../times.ts";

/** `accounts import`: many accounts out of a file, as often as it takes. */
export function addImportCommand(accounts: Command, context: Context): void {
  const { terminal, output, messages, signal, clock } = context;
  const { help, results } = messages;
  accounts
    .command("import")
    .description(help.accountsImport(messages.accountsFile.columns))
    .argument("<file>", help.importFile)
    .action(async (file: string) => {
      const accountsCsv = await openAccountsCsv(file, signal);
      const { total } = accountsCsv;
      const { admin } = await context.deployment();
      const startedAt = clock();
      const line = progress(terminal.screen, total, clock, messages);
      const { counts, failure } = await importAccounts({
        rows: accountsCsv.rows(),
        admin,
        signal,
        onProgress: line.update,
      }).finally(line.end);
      const { answer, text } = partly(counts, context);
      const stopped =
        (how: "interrupted" | "ended"): Text =>
        ({ results }) =>
          results.importStopped(how, counts.done, total, counts);
      if (signal.aborted) throw interrupted(stopped("interrupted"), { answer, text });
      if (failure instanceof Failure) {
        const detail: Text = (messages) =>
          messages.failures.sentences(failure.text(messages), stopped("ended")(messages));
        throw new Failure(failure.code, detail, { answer, text });
      }
      if (failure !== undefined) throw failure;
      const summary = results.importDone(total, duration((clock() - startedAt) / 1000, messages), counts);
      const all = text === "" ? summary : `${text}\n\n${summary}`;
      output.done(answer, all, counts.bad.length === 0 ? "done" : "refused");
    });
}

function partly({ added, unchanged, bad: found }: ImportCounts, { messages, output }: Context): Partly {
  const { results } = messages;
  const bad = found.map((row) => ({ ...row, reason: row.reason(messages) }));
  const rows = bad.map(({ line, username, reason }) => [results.line(line), username, reason]);
  const heading = ["", results.username, results.reason];
  return {
    answer: { added, unchanged, bad },
    text: rows.length === 0 ? "" : table(heading, rows, output.width),
  };
}

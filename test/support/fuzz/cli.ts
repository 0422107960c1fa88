import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAccountsCsv } from "../../../cli/accounts-csv.ts";
import { exitCodes, Failure } from "../../../cli/failure.ts";
import { runHere } from "../operator.ts";
import { type Target, wrong } from "./target.ts";
import { values } from "./values.ts";

const hash =
  "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$hQ4bbwbwpBZxn5i0F1xfd9ZLZNDPmrs5ZdRXP2XlrSo";

/** A file of accounts: rows, bad rows, or a sentence that says what is wrong with it. */
export const csv: Target = {
  name: "CSV files",
  share: 50_000,
  lives: 5_000,
  async start(below) {
    const { oneOf, oneIn, text, damaged } = values(below);
    const directory = await mkdtemp(join(tmpdir(), "weapp-login-"));
    const path = join(directory, "accounts.csv");
    const field = () =>
      oneOf<() => string>(
        text,
        () => `user-${below(9)}`,
        () => "pwd123456",
        () => `"${hash}"`,
        () => '"a, ""b"""',
      )();
    const content = () => {
      const header = oneIn(10)
        ? text()
        : oneOf(
            "username,userId,password",
            "userId, username ,passwordHash",
            "\ufeffusername,userId,password",
          );
      const rows = Array.from({ length: below(6) }, () =>
        Array.from({ length: oneIn(5) ? below(6) : 3 }, field).join(","),
      );
      return [header, ...rows].join(oneOf("\n", "\n", "\r\n", "\r", "\n\n"));
    };
    return {
      async try() {
        const written = content();
        const bytes = oneIn(5) ? damaged(written) : Buffer.from(written);
        const sent = bytes.toString("latin1");
        await writeFile(path, bytes);
        try {
          const { total, rows } = await openAccountsCsv(path);
          let [good, bad] = [0, 0];
          for await (const row of rows()) "row" in row ? good++ : bad++;
          if (good + bad !== total) throw wrong(`${total} rows are ${good} and ${bad}`, sent);
          return bad > 0 ? "bad rows" : "rows";
        } catch (error) {
          if (error instanceof Failure && error.code === "bad_file") return "bad file";
          throw wrong("It threw", sent, error);
        }
      },
      close: () => rm(directory, { recursive: true }),
    };
  },
  outcomes: ["rows", "bad rows", "bad file"],
};

const words = [
  ...[
    "accounts",
    "bindings",
    "sessions",
    "secret",
    "doctor",
    "wechat",
    "add",
    "import",
    "passwd",
    "show",
    "remove",
  ],
  ...[
    "list",
    "revoke",
    "find",
    "enable",
    "disable",
    "set",
    "--user",
    "--user-id",
    "--openid",
    "--app-id",
    "--yes",
  ],
  ...[
    "--stack",
    "--region",
    "--json",
    "--help",
    "--version",
    "--",
    "-",
    "--endpoint-url",
    "zhangsan",
    "--local=x",
  ],
];

/** The command line: whatever is typed, it ends with one of its exit codes, in words, and nothing unexpected. */
export const commandLine: Target = {
  name: "command lines",
  share: 50_000,
  lives: 2_000,
  async start(below) {
    const { anyOf, oneIn, text } = values(below);
    const codes: readonly number[] = Object.values(exitCodes);
    return {
      async try() {
        const typed = Array.from({ length: below(7) }, () => (oneIn(6) ? text() : (anyOf(words) ?? "")));
        // Nobody is there: port 9 of this machine answers no call.
        const args = [...typed, "--local", "http://127.0.0.1:9"];
        const { exit, stdout, stderr } = await runHere(args, { piped: text() }).catch((error: unknown) => {
          throw wrong("It threw", args, error);
        });
        if (!codes.includes(exit)) throw wrong(`It ended with ${exit}`, args);
        if (/unexpected/.test(stdout + stderr)) throw wrong(`It says ${stdout}${stderr}`, args);
        return String(exit);
      },
    };
  },
  outcomes: ["0", "2", "3"],
};

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test.each([
  ["an option that is none", ["--quik"], "Unknown option '--quik'"],
  ["a value where none belongs", ["--quick=yes"], "Option '--quick' does not take an argument. See --help."],
  [
    "a value that is missing",
    ["--growth-max"],
    "Option '--growth-max <value>' argument missing. See --help.",
  ],
  ["a word", ["quick"], "Unexpected argument 'quick'"],
  ["a section that is none", ["--only", "colds"], "There is no section colds."],
])("the bench says in a sentence that %s is wrong", async (_what, args, sentence) => {
  const failure = await promisify(execFile)(process.execPath, ["bench/run.ts", ...args]).catch(
    (error) => error,
  );
  expect(failure).toMatchObject({ code: 2, stdout: "" });
  expect(failure.stderr).toMatch(sentence);
  expect(failure.stderr).not.toMatch(/^\s+at /m);
});

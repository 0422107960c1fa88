import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { openAccountsCsv } from "../../cli/accounts-csv.ts";
import { english } from "../../cli/messages/english.ts";
import { heapInUse } from "../support/heap-in-use.ts";
import { proven } from "../support/proven.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

test("the import's reader takes the same memory for the last rows as for the first, and finds what is there twice", async () => {
  const count = inject("csvRows");
  const path = join(await directoryForThisTest(), "accounts.csv");
  await writeCsv(path, count);
  const { total, rows } = await openAccountsCsv(path);
  expect(total).toBe(count);
  const bad: unknown[] = [];
  const heap: number[] = [];
  let read = 0;
  for await (const row of rows()) {
    if ("reason" in row) bad.push({ ...row, reason: row.reason(english) });
    if (++read % (count / 10) === 0) heap.push(heapInUse());
  }
  expect(read).toBe(count);
  expect(bad).toEqual([
    { line: count, username: "User-1", reason: "the same username is on line 2" },
    { line: count + 1, username: "another", reason: "the userId has another username on line 3" },
  ]);
  expect(Math.max(...heap) - (heap[0] ?? 0)).toBeLessThan(1_500_000);
  proven({ rows: read });
});

/** Of all rows but the last two, each is somebody else's. */
async function writeCsv(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  file.write("username,userId,password\n");
  for (let row = 1; row <= count - 2; row++) {
    const more = file.write(`user-${row},u_of_somebody_in_a_long_list_${row},password of ${row}\n`);
    if (!more) await once(file, "drain");
  }
  file.end("User-1,u_1,the same again\nanother,u_of_somebody_in_a_long_list_2,the same again\n");
  await once(file, "finish");
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AdminRequest } from "../../contract/operator-actions.ts";
import type { ImportResult, ImportRow } from "../../contract/operator-shapes.ts";
import type { Fault } from "../../local/aws/endpoint.ts";
import { Crash, type FakeAwsOptions } from "../support/fake-aws.ts";
import { operator } from "../support/operator.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const hash =
  "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$hQ4bbwbwpBZxn5i0F1xfd9ZLZNDPmrs5ZdRXP2XlrSo";

async function file(header: string, rows: readonly string[]): Promise<string> {
  const path = join(await directoryForThisTest(), "accounts.csv");
  await writeFile(path, [`username,userId,${header}`, ...rows, ""].join("\n"));
  return path;
}

function hashRows(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user${index},u_${index},"${hash}"`);
}

/** An admin function with a memory, which finds fault with what its own rules refuse. */
function accounts(existing: Record<string, string> = {}) {
  const known = new Map(Object.entries(existing));
  const add = ({ username, userId }: ImportRow): ImportResult => {
    if (username.includes("\n"))
      return { result: "invalid", detail: "username must be text of 1 to 128 characters." };
    const found = known.get(username);
    if (found !== undefined && found !== userId)
      return { result: "conflict", detail: `has the userId ${found} already` };
    known.set(username, userId);
    return { result: found === undefined ? "added" : "unchanged" };
  };
  const admin = (request: AdminRequest): unknown =>
    request.action === "accounts.import" ? { results: request.rows.map(add) } : null;
  return { known, admin };
}

async function importer(options: FakeAwsOptions) {
  const aws = await operator(options);
  const sizes = () => aws.requests.map((request) => ("rows" in request ? request.rows.length : 0));
  return { ...aws, sizes };
}

describe("2,000 rows, some of them bad", () => {
  const rows = hashRows(2000);
  rows[0] = `,u_0,"${hash}"`;
  rows[499] = `user1,u_499,"${hash}"`;
  rows[999] = "user999,u_999,pwd123456";
  rows[1499] = `taken,u_1499,"${hash}"`;
  rows[1999] = `"two\nlines",u_1999,"${hash}"`;
  const bad = [
    { line: 2, username: "", reason: "username is empty" },
    { line: 501, username: "user1", reason: "the same username is on line 3" },
    { line: 1001, username: "user999", reason: "passwordHash is not an argon2id string ($argon2id$v=19$…)" },
    { line: 1501, username: "taken", reason: "has the userId u_other already" },
    { line: 2001, username: "two\nlines", reason: "username must be text of 1 to 128 characters." },
  ];

  test("are sent a hundred at a time, but for the bad ones, which are named with their lines", async () => {
    const { known, admin } = accounts({ taken: "u_other" });
    const { run, sizes } = await importer({ admin });
    const path = await file("passwordHash", rows);
    const { exit, stdout, stderr } = await run(["accounts", "import", path]);
    expect(exit).toBe(1);
    expect(stdout).toBe(
      [
        "           username        reason",
        "line 2                     username is empty",
        "line 501   user1           the same username is on line 3",
        "line 1001  user999         passwordHash is not an argon2id string ($argon2id$v=19$…)",
        "line 1501  taken           has the userId u_other already",
        "line 2001  two\\u000alines  username must be text of 1 to 128 characters.",
        "",
        "2,000 rows in 0 s: 1,995 added, 0 unchanged, 5 bad.",
        "",
      ].join("\n"),
    );
    expect(stderr).toBe("");
    expect(sizes().sort((one, other) => other - one)).toEqual([...Array.from({ length: 19 }, () => 100), 97]);
    expect(known.size).toBe(1996);

    const again = await run(["accounts", "import", path, "--json"]);
    expect(again).toMatchObject({ exit: 1, stderr: "" });
    expect(JSON.parse(again.stdout)).toEqual({ added: 0, unchanged: 1995, bad });
  });
});

describe("requests", () => {
  test("hold 25 rows where there are passwords, because those are hashed first", async () => {
    const { run, sizes, requests } = await importer(accounts());
    const path = await file(
      "password",
      Array.from({ length: 60 }, (_, index) => `user${index},u_${index},pwd${index}`),
    );
    const { exit, stdout } = await run(["accounts", "import", path]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: "60 rows in 0 s: 60 added, 0 unchanged, 0 bad.\n" });
    expect(sizes().sort()).toEqual([10, 25, 25]);
    const rows = requests.flatMap((request) => ("rows" in request ? request.rows : []));
    expect(rows).toContainEqual({ username: "user0", userId: "u_0", password: "pwd0" });
  });

  test("are four at a time", async () => {
    let underWay = 0;
    let most = 0;
    let four = Promise.withResolvers<void>();
    const { admin } = accounts();
    const { run } = await importer({
      admin: async (request) => {
        most = Math.max(most, ++underWay);
        const { promise, resolve } = four;
        if (underWay === 4) {
          // Time for a fifth to come, if there was one.
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
          four = Promise.withResolvers();
          resolve();
        }
        await promise;
        underWay--;
        return admin(request);
      },
    });
    expect((await run(["accounts", "import", await file("passwordHash", hashRows(2000))])).exit).toBe(0);
    expect(most).toBe(4);
  });

  test("are repeated when they fail temporarily", async () => {
    const faults: Fault[] = [
      { kind: "error", type: "TooManyRequestsException", message: "Rate exceeded", status: 429 },
      { kind: "error", type: "ServiceException", message: "Oops", status: 500 },
      { kind: "lose-reply" },
      { kind: "drop" },
    ];
    const { known, admin } = accounts();
    const results = [
      { refused: "store_unavailable", detail: "Run it again." },
      new Crash({ errorMessage: "Task timed out after 60.00 seconds" }),
    ];
    const { run } = await importer({
      admin: (request) => results.shift() ?? admin(request),
      intercept: ({ action }) => (action === "lambda:Invoke" ? faults.shift() : undefined),
    });
    const { stdout } = await run(["accounts", "import", await file("passwordHash", hashRows(500)), "--json"]);
    expect({ faults, results, known: known.size }).toEqual({ faults: [], results: [], known: 500 });
    const { added, unchanged, bad } = JSON.parse(stdout);
    expect({ all: added + unchanged, bad }).toEqual({ all: 500, bad: [] });
  });
});

describe("an import that does not come to its end", () => {
  const rows = hashRows(2000);
  rows[0] = `,u_0,"${hash}"`;
  const bad = [{ line: 2, username: "", reason: "username is empty" }];

  test("because of Ctrl-C says how far it came, with exit code 130, and continues when it is run again", async () => {
    const interruption = new AbortController();
    const released = Promise.withResolvers<void>();
    const { known, admin } = accounts();
    const { run, requests } = await importer({
      admin: async (request) => {
        if (requests.length > 8 && !interruption.signal.aborted) interruption.abort();
        if (requests.length > 8) await released.promise;
        return admin(request);
      },
    });
    const path = await file("passwordHash", rows);
    const first = await run(["accounts", "import", path], { signal: interruption.signal });
    expect(first.exit).toBe(130);
    expect(first.stdout).toBe("        username  reason\nline 2            username is empty\n");
    expect(first.stderr).toMatch(
      /^Interrupted after [\d,]+ of 2,000 rows \([\d,]+ added, 0 unchanged, 1 bad\)\. Run the same command again to continue: rows that are there stay as they are\.\n$/,
    );
    expect(known.size).toBe(800);
    // Those that were under way, four at most, may arrive all the same.
    released.resolve();
    const second = await run(["accounts", "import", path, "--json"]);
    expect(second.exit).toBe(1);
    const { added, unchanged, bad: found } = JSON.parse(second.stdout);
    expect({ all: added + unchanged, found }).toEqual({ all: 1999, found: bad });
    expect(unchanged).toBeGreaterThanOrEqual(800);
    expect(unchanged).toBeLessThanOrEqual(1200);
    expect(known.size).toBe(1999);
  });

  test("because of Ctrl-C is one JSON document too, with what was done", async () => {
    const interruption = new AbortController();
    const released = Promise.withResolvers<null>();
    const { run } = await importer({
      admin: () => {
        interruption.abort();
        return released.promise;
      },
    });
    const words = ["accounts", "import", await file("passwordHash", rows), "--json"];
    const { exit, stdout, stderr } = await run(words, { signal: interruption.signal });
    released.resolve(null);
    expect({ exit, stderr }).toEqual({ exit: 130, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      error: { code: "interrupted", detail: expect.stringMatching(/^Interrupted after 1 of 2,000 rows/) },
      added: 0,
      unchanged: 0,
      bad,
    });
  });

  test("because AWS does not answer for good keeps what it has, with exit code 3", async () => {
    let calls = 0;
    const { known, admin } = accounts();
    const { run } = await importer({
      admin,
      intercept: ({ action }) =>
        action === "lambda:Invoke" && ++calls > 5
          ? { kind: "error", type: "TooManyRequestsException", message: "Rate exceeded", status: 429 }
          : undefined,
    });
    const path = await file("passwordHash", rows);
    const { exit, stdout } = await run(["accounts", "import", path, "--json"]);
    expect(exit).toBe(3);
    const { error, added } = JSON.parse(stdout);
    expect(error).toEqual({
      code: "busy",
      detail: expect.stringMatching(
        /\(TooManyRequestsException\)\. Run it again in a moment\. The import ended after/,
      ),
    });
    expect({ added, known: known.size }).toEqual({ added: 500, known: 500 });
  });

  test.each([
    ["no_built_in_accounts", "This deployment keeps no accounts.", 1],
    ["invalid_request", "rows must be a list of 1 to 100 rows.", 1],
  ])("because it is refused as a whole (%s) ends at once", async (refused, detail, exit) => {
    const { run, requests } = await importer({ admin: () => ({ refused, detail }) });
    const ran = await run(["accounts", "import", await file("passwordHash", rows)]);
    expect(ran.exit).toBe(exit);
    expect(ran.stderr).toContain(detail);
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  test("because the answer has another number of rows calls them bad", async () => {
    const { run } = await importer({ admin: () => ({ results: [{ result: "added" }] }) });
    const { exit, stdout } = await run([
      "accounts",
      "import",
      await file("passwordHash", hashRows(2)),
      "--json",
    ]);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      added: 1,
      unchanged: 0,
      bad: [{ line: 3, username: "user1", reason: "was not answered" }],
    });
  });

  test("because the file cannot be read begins with nothing sent", async () => {
    const { run, requests } = await importer(accounts());
    const path = await file("passwordHash", [...hashRows(300), '"never closed,u_1,x']);
    expect(await run(["accounts", "import", path])).toEqual({
      exit: 2,
      stdout: "",
      stderr: expect.stringContaining(`${path} cannot be read after line 301`),
    });
    expect((await run(["accounts", "import", `${path}.gone`])).exit).toBe(2);
    expect(requests).toEqual([]);
  });
});

describe("progress", () => {
  /** A clock on which each look takes so long. */
  const ticking = (milliseconds: number) => {
    let now = -milliseconds;
    return () => {
      now += milliseconds;
      return now;
    };
  };

  test("is one line that changes, at a terminal, and is gone at the end", async () => {
    const { run } = await importer(accounts());
    const path = await file("passwordHash", hashRows(400));
    const { stdout, stderr } = await run(["accounts", "import", path], { isTTY: true, clock: ticking(500) });
    const erase = "\u001b[K";
    const lines = stderr.split("\r");
    expect(lines.every((line) => line === "" || line.endsWith(erase))).toBe(true);
    expect(lines.map((line) => line.replace(erase, ""))).toEqual([
      "",
      expect.stringMatching(/^100\/400 {2}100 added {2}0 unchanged {2}0 bad {2}\d+\/s {2}\d+ s left$/),
      expect.stringContaining("200/400"),
      expect.stringContaining("300/400"),
      expect.stringMatching(/^400\/400 .* 0 s left$/),
      "",
    ]);
    expect(stdout).toBe("400 rows in 3 s: 400 added, 0 unchanged, 0 bad.\n");
  });

  test("is a line now and then in a log", async () => {
    const { run } = await importer(accounts());
    const path = await file("passwordHash", hashRows(1000));
    const { stderr } = await run(["accounts", "import", path], { clock: ticking(4000) });
    expect(stderr).toBe(
      [
        "300/1,000  300 added  0 unchanged  0 bad  25/s  28 s left",
        "600/1,000  600 added  0 unchanged  0 bad  25/s  16 s left",
        "900/1,000  900 added  0 unchanged  0 bad  25/s  4 s left",
        "",
      ].join("\n"),
    );
  });
});

test("an import of no rows is done", async () => {
  const { run, requests } = await importer(accounts());
  const path = await file("password", []);
  expect((await run(["accounts", "import", path])).stdout).toBe(
    "0 rows in 0 s: 0 added, 0 unchanged, 0 bad.\n",
  );
  expect(requests).toEqual([]);
});

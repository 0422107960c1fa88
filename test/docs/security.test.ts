import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const page = await readFile(new URL("docs/security.md", root), "utf8");

/** The rows below each heading, by their cells; what separates head and body of a table is left out. */
const tables = new Map(
  page.split(/^##+ /m).map((section) => {
    const rows = [...section.matchAll(/^\| (.+) \|$/gm)].map(([, row = ""]) => row.split(" | "));
    return [section.slice(0, section.indexOf("\n")), rows.slice(1)];
  }),
);

function rowsBelow(heading: string): readonly string[][] {
  const rows = tables.get(heading) ?? [];
  expect(rows.length, heading).toBeGreaterThan(3);
  return rows;
}

/** The tests that a text names, each by its title and its file. */
const named = (text: string) =>
  [...text.matchAll(/"([^"]+)" \(`(test\/[^`]+)`\)/g)].map(([, title = "", file = ""]) => ({ title, file }));

test.each(["Threats", "On a developer's machine", "Faults", "Requirements"])(
  "every row below %s names a test that proves it",
  (heading) => {
    const unproven = rowsBelow(heading).filter((cells) => named(cells.at(-1) ?? "").length === 0);
    expect(unproven).toEqual([]);
  },
);

test("every file of a test stands behind a title", () => {
  const files = page.match(/`test\/[^`]+\.ts`/g) ?? [];
  expect(named(page)).toHaveLength(files.length);
});

test.each([...Map.groupBy(named(page), ({ file }) => file)])(
  "%s has the tests that are named",
  async (file, tests) => {
    const source = await readFile(new URL(file, root), "utf8");
    const missing = tests.filter(
      ({ title }) => !source.includes(`"${title}"`) && !source.includes(`\`${title}\``),
    );
    expect(missing).toEqual([]);
  },
);

describe("the page", () => {
  test("counts its requirements up, each once", () => {
    const numbers = rowsBelow("Requirements").map(([number]) => Number(number));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(numbers).not.toContain(Number.NaN);
  });

  test("says which requirements of ASVS it deviates from, and why", () => {
    for (const [requirement = "", reason = ""] of rowsBelow("Deviations from OWASP ASVS 5.0")) {
      const [number = ""] = /^\d+\.\d+\.\d+/.exec(requirement) ?? [];
      expect(number, requirement).not.toBe("");
      expect(reason.length, requirement).toBeGreaterThan(80);
    }
  });
});

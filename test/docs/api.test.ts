import { expect, test } from "vitest";
import { propSchemas } from "../../lib/prop-schemas.ts";
import { apiDocument, shapesIn } from "../../scripts/api-document.ts";

test("docs/API.md is what lib/ says", async () => {
  await expect(await apiDocument()).toMatchFileSnapshot("../../docs/API.md");
});

test("has every prop, with its default where it has one", async () => {
  const page = await apiDocument();
  for (const [name, schema] of Object.entries(propSchemas)) {
    const [row = ""] = page.match(new RegExp(`^\\| \`${name}\\??\` .*$`, "m")) ?? [];
    expect(row, name).not.toBe("");
    if ("wrapped" in schema && !row.startsWith("| `attempts")) expect(row.split(" | ")[2], name).not.toBe("");
  }
});

test("reads docstrings of one line and of many, defaults, and types with bars", () => {
  const source = `
/** A shape. */
export interface Shape extends Other {
  /** One line. */
  readonly one: string;
  /**
   * Two
   * lines.
   *
   * @default "a"
   */
  readonly two?: "a" | Fn;
  readonly three?: number | undefined;
}
`;
  expect(shapesIn(source)).toEqual([
    {
      name: "Shape",
      text: "A shape.",
      members: [
        { name: "one", optional: false, type: "string", text: "One line.", byDefault: undefined },
        { name: "two", optional: true, type: '"a" | Fn', text: "Two lines.", byDefault: '"a"' },
        { name: "three", optional: true, type: "number | undefined", text: "", byDefault: undefined },
      ],
    },
  ]);
});

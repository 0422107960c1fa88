/** Rows under a heading, each column as wide as its widest cell; a block for each row where that is wider than `width`. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const lines = aligned([heading, ...rows]);
  if (lines.split("\n").every((line) => widthOf(line) <= width)) return lines;
  const record = (row: readonly string[]) => row.map((cell, index) => [heading[index] ?? "", cell] as const);
  return rows.map((row) => fields(record(row))).join("\n\n");
}

/** Names and values, one pair per line. */
export function fields(pairs: readonly (readonly [name: string, value: string])[]): string {
  return aligned(pairs);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  return cells
    .map((row) =>
      row
        .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - widthOf(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * Without characters that a terminal obeys or does not show (C0 and C1 controls, format characters, what is private or
 * unassigned): names and devices are whatever somebody sent.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

const wideCharacters =
  "\\u1100-\\u115f\\u2e80-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6";
const wide = new RegExp(`[${wideCharacters}]`);

/** Columns on a terminal, where a Chinese character takes two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) || character.length > 1 ? 2 : 1;
  return width;
}

const [opening, closing] = ["（「“", "，。；：？！、）」”,.;:?!)"];
/** A command in backquotes, which is copied as a whole; a word; one Chinese character. Each with its punctuation. */
const unbroken = new RegExp(
  `\\s+|[${opening}]*(?:\`[^\`]*\`|[^\\s\`${wideCharacters}${opening}]+|[^\\s])[${closing}]*`,
  "g",
);

/** Each line in lines of at most `width` columns, the second and later ones behind `indent`. */
export function wrapped(text: string, width: number, indent = ""): string {
  return text
    .split("\n")
    .map((line) => (widthOf(line) <= width ? line : brokenLine(line, width, indent)))
    .join("\n");
}

function brokenLine(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = "";
  let blank = "";
  for (const piece of text.match(unbroken) ?? []) {
    if (piece.trim() === "") {
      blank = piece;
      continue;
    }
    const longer = line + blank + piece;
    if (line.trim() !== "" && widthOf(longer) > width) {
      lines.push(line);
      line = indent + piece;
    } else line = longer;
    blank = "";
  }
  return [...lines, line + blank].join("\n");
}

export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}

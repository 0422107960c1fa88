/** A Markdown table: the first column to the left, the others to the right unless said otherwise. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: "left" | "right" = "right",
): string {
  const rule = head.map((_, index) => (index === 0 || align === "left" ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

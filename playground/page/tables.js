import { element } from "./diagram.js";
import { locale, text } from "./language.js";

const byId = (id) => document.getElementById(id);

let before;
const unfolded = new Set();

/** Shows the tables as they are now, with what has changed since the last time marked. */
export function showTables({ tables }) {
  const json = JSON.stringify(tables);
  if (json === before?.json) return;
  byId("tables").replaceChildren(...tables.map(table));
  before = {
    json,
    rows: new Map(
      tables.flatMap(({ name, rows }) =>
        rows.map(({ key, note, cells }) => [name + key, { note, cells: new Map(cells) }]),
      ),
    ),
  };
}

/** `one` is the message's name for a single thing, `many` for several. */
function counted(count, one, many) {
  return text(count === 1 ? one : many, { count: count.toLocaleString(locale) });
}

function table({ name, rows, total }) {
  const items = rows.map((row) => item(name, row));
  const hasEnded = ({ classList }) => classList.contains("dead") && !classList.contains("changed");
  const ended = items.filter(hasEnded);
  const section = element(
    "section",
    { className: "table" },
    element("h3", {}, `${name} `, element("span", {}, counted(total, "row", "rows"))),
    element("p", {}, text(`table.${name}`)),
    ...items.filter((one) => !hasEnded(one)),
  );
  if (ended.length > 0) {
    const fold = element("details", { open: unfolded.has(name) });
    fold.append(element("summary", {}, counted(ended.length, "endedSession", "endedSessions")), ...ended);
    fold.addEventListener("toggle", () => (fold.open ? unfolded.add(name) : unfolded.delete(name)));
    section.append(fold);
  }
  if (total > rows.length) {
    const count = (total - rows.length).toLocaleString(locale);
    section.append(element("p", { className: "rest" }, text("moreRows", { count })));
  }
  return section;
}

function item(name, { key, note, dead, cells }) {
  const old = before?.rows.get(name + key);
  const isNew = before && !old;
  const list = element("dl", { className: "item" });
  let changed = isNew || (old && old.note !== note);
  for (const [attribute, value] of cells) {
    const differs = old && old.cells.get(attribute) !== value;
    changed ||= differs;
    list.append(
      element("dt", {}, attribute),
      element(
        "dd",
        { title: value, className: `${differs ? "changed" : ""} ${value.length <= 30 ? "short" : ""}` },
        value,
      ),
    );
  }
  if (changed) list.classList.add("changed");
  if (dead) list.classList.add("dead");
  const tag = [note && text(`note.${note}`), changed && text(isNew ? "tag.new" : "tag.changed")]
    .filter(Boolean)
    .join(" · ");
  if (tag) list.prepend(element("dt", { className: "tag" }, tag));
  return list;
}

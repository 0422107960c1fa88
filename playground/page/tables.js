import { element } from "./diagram.js";
import { key } from "./key.js";

const byId = (id) => document.getElementById(id);

const notes = {
  Bindings: "who is who: WeChat identity ↔ account",
  Sessions: "one row per session; only the hash of its secret",
  Attempts: "counters against guessing, and bind tickets",
  Accounts: "usernames and password hashes",
};
let before;
const unfolded = new Set();
let refreshing;

/** Shortly, because one login changes several rows. */
export function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => refresh().catch(() => {}), 120);
}

/** Shows the tables as they are now, with what has changed since the last time marked. */
export async function refresh() {
  const response = await fetch("/_playground/state", { headers: { "x-playground-key": key } });
  if (!response.ok) return;
  const { tables, routes, weChat, throttled } = await response.json();
  // What only some deployments have.
  for (const one of document.querySelectorAll("[data-route]"))
    one.hidden = !routes.includes(one.dataset.route);
  byId("wechat").value = weChat;
  if (throttled === 0) byId("dynamodb").value = "0";
  byId("left").textContent = throttled > 0 ? `, ${throttled} to fail` : "";
  const text = JSON.stringify(tables);
  if (text === before?.text) return;
  byId("tables").replaceChildren(...tables.map(table));
  before = {
    text,
    rows: new Map(
      tables.flatMap(({ name, rows }) =>
        rows.map(({ key, note, cells }) => [name + key, { note, cells: new Map(cells) }]),
      ),
    ),
  };
}

function table({ name, rows }) {
  const items = rows.map((row) => item(name, row));
  const isOver = ({ classList }) => classList.contains("dead") && !classList.contains("changed");
  const over = items.filter(isOver);
  const section = element(
    "section",
    { className: "table" },
    element(
      "h3",
      {},
      `${name} `,
      element("span", {}, `${rows.length} ${rows.length === 1 ? "row" : "rows"}`),
    ),
    element("p", {}, notes[name]),
    ...items.filter((one) => !isOver(one)),
  );
  if (over.length > 0) {
    const fold = element("details", { open: unfolded.has(name) });
    fold.append(element("summary", {}, `${over.length} more, over`), ...over);
    fold.addEventListener("toggle", () => (fold.open ? unfolded.add(name) : unfolded.delete(name)));
    section.append(fold);
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
  const tag = [note, changed && (isNew ? "new" : "changed")].filter(Boolean).join(" · ");
  if (tag) list.prepend(element("dt", { className: "tag" }, tag));
  return list;
}

import { keepFocus } from "./focus.js";
import { hasText, text as message } from "./language.js";

const lanes = ["phone", "gateway", "login", "wechat", "dynamodb", "verifier", "authorizer", "lambda"];
const at = (lane) => lanes.indexOf(lane);
const nameOf = (lane) => message(`lane.${lane}`);

/** What an arrow says, in the page's language where it begins with words and not with a name. */
function labelOf({ label }) {
  return label.replace(/^(no verdict|phone number|encrypted steps|\w+)/, (words) =>
    hasText(`arrow.${words}`) ? message(`arrow.${words}`) : words,
  );
}

export function element(tag, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

const byId = (id) => document.getElementById(id);

/** Draws events as arrows between lifelines. `pace()`: milliseconds between two arrows. */
export function createDiagram({ pace }) {
  const list = byId("arrows");
  const scroll = byId("scroll");
  const details = byId("details");
  const arrows = new Map();
  const waiting = [];
  let drawing = false;
  let startedAt = 0;
  let selected;

  byId("lanes").append(...lanes.map((lane) => element("span", {}, nameOf(lane))));
  byId("clear").addEventListener("click", ({ target }) => {
    clear();
    keepFocus(target, list);
  });
  byId("close").addEventListener("click", () => {
    const { button } = selected;
    select(undefined);
    button.focus();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && selected) byId("close").click();
  });

  function clear() {
    list.replaceChildren();
    arrows.clear();
    select(undefined);
    byId("empty").hidden = false;
    byId("clear").disabled = true;
  }

  function draw(event) {
    byId("empty").hidden = true;
    byId("clear").disabled = false;
    const call = arrows.get(event.of);
    if (call) call.answer = event;
    // The database's plain yes needs no line of its own: the call gets its time.
    if (call && event.ok && event.label === "done") {
      call.ms.textContent = ` ${event.ms} ms`;
      if (selected === call) show(call);
      return;
    }
    const begins = event.kind === "call" && event.from === "phone";
    if (begins) startedAt = event.at;
    const ms = element("span", { className: "ms" });
    if (event.ms !== undefined) ms.textContent = ` ${event.ms} ms`;
    const button = element(
      "button",
      { type: "button", className: `arrow new ${event.kind} ${event.ok ? "" : "bad"}` },
      element("span", { className: "who" }, `${nameOf(event.from)} → ${nameOf(event.to)}: `),
      place(element("span", { className: "text" }, element("span", {}, labelOf(event)), ms), event),
      shaft(event),
    );
    button.setAttribute("aria-pressed", "false");
    const arrow = { event, button, ms, call, offset: event.at - startedAt };
    button.addEventListener("click", () => select(selected === arrow ? undefined : arrow));
    arrows.set(event.id, arrow);
    const stuck = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    list.append(element("li", { className: begins ? "begins" : "" }, button));
    if (stuck) scroll.scrollTop = scroll.scrollHeight;
    while (list.children.length > 400) list.firstChild.remove();
  }

  /** Text begins at the arrow's left end and may run on; near the right edge, the other way round. */
  function place(text, { from, to }) {
    const [left, right] = [Math.min(at(from), at(to)), Math.max(at(from), at(to))];
    const flips = left > 4;
    text.style.gridColumn = flips ? `1 / ${right + 2}` : `${left + 1} / 9`;
    if (flips) text.classList.add("flip");
    text.style.setProperty("--inset", `calc(100% / ${flips ? right + 1 : 8 - left} / 2 + 4px)`);
    return text;
  }

  function shaft({ from, to }) {
    const [left, right] = [Math.min(at(from), at(to)), Math.max(at(from), at(to))];
    const line = element("span", { className: "shaft" });
    line.style.gridColumn = `${left + 1} / ${right + 2}`;
    line.style.setProperty("--span", String(right - left + 1));
    if (left === right) line.classList.add("self");
    if (at(to) < at(from)) line.classList.add("back");
    return line;
  }

  function select(arrow) {
    selected?.button.setAttribute("aria-pressed", "false");
    selected = arrow;
    details.hidden = !arrow;
    if (!arrow) return;
    arrow.button.setAttribute("aria-pressed", "true");
    show(arrow);
  }

  function show(arrow) {
    const { call = arrow, offset } = arrow;
    const { from, to, details: request } = call.event;
    const { answer } = call;
    byId("details-title").textContent = `${nameOf(from)} → ${nameOf(to)}: ${labelOf(call.event)}`;
    byId("details-line").textContent = answer
      ? message("details.answered", { ms: offset, label: labelOf(answer), took: answer.ms })
      : message("details.call", { ms: offset });
    const part = (title, value) => `${title}\n${JSON.stringify(value, null, 2)}`;
    byId("details-text").textContent = [
      part(message("details.request"), request),
      ...(answer ? [part(message("details.answer"), answer.details)] : []),
    ].join("\n\n");
  }

  async function drain() {
    if (drawing) return;
    drawing = true;
    while (waiting.length > 0) {
      draw(waiting.shift());
      if (pace() > 0) await new Promise((resolve) => setTimeout(resolve, pace()));
    }
    drawing = false;
  }

  return {
    add(event) {
      waiting.push(event);
      drain();
    },
    clear,
    /** Whether everything that has arrived is drawn. */
    get still() {
      return waiting.length === 0 && !drawing;
    },
  };
}

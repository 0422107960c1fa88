import { element } from "./diagram.js";
import { text } from "./language.js";
import { control, forgetPhones } from "./phone.js";
import { actions, bind, device, login, say, sayError, showPhone, tap, user } from "./phone-pane.js";

const byId = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const stillness = matchMedia("(prefers-reduced-motion: reduce)");
/** As in playground.css. */
const narrow = matchMedia("(max-width: 56.25rem)");
let slowly = false;

/** Milliseconds between two arrows. */
export const pace = () => (slowly ? 300 : 0);

/** Each tells what it does; its result is said when all its arrows are `drawn`. */
const steps = [
  ["step.open", (drawn) => tap(actions.open, drawn)],
  ["step.bind", (drawn) => tap(bind, drawn)],
  ["step.hello", (drawn) => tap(actions.hello, drawn)],
  [
    "step.expire",
    async (drawn) => {
      await control("expire", { sessionId: login().session()?.sessionId ?? "" });
      await tap(actions.hello, drawn);
    },
  ],
  ["step.everywhere", (drawn) => tap(actions.everywhere, drawn)],
];

async function breathe(ms) {
  for (const end = performance.now() + ms; slowly && performance.now() < end; ) await pause(50);
}

/** “Show me”: the flow from the first login on, told as it happens. `isQuiet`: all that has happened is drawn. */
export function offerTour({ diagram, isQuiet }) {
  async function settled() {
    do await pause(60);
    while (!isQuiet());
  }

  byId("faster").addEventListener("click", () => {
    slowly = false;
  });

  byId("show").addEventListener("click", async ({ target }) => {
    target.disabled = true;
    try {
      user.value = "alice";
      device.value = "1";
      byId("form").hidden = true;
      byId("username").value = "zhangsan";
      byId("password").value = "pwd123456";
      byId("operator").textContent = "";
      say();
      forgetPhones("alice");
      await control("reset", { user: "alice" });
      await settled();
      diagram.clear();
      showPhone();
      byId("story").hidden = false;
      byId("steps").replaceChildren();
      byId("steps").setAttribute("aria-live", "polite");
      slowly = !stillness.matches;
      byId("faster").hidden = !slowly;
      // Below the phone, where the screen has no room for both.
      if (narrow.matches) byId("diagram-title").scrollIntoView();
      byId("story").classList.add("running");
      for (const [index, [sentence, work]] of steps.entries()) {
        byId("steps").append(element("li", { value: index + 1 }, text(sentence)));
        await breathe(1800);
        await work(settled);
        await breathe(1200);
      }
    } catch (error) {
      sayError(error);
    } finally {
      slowly = false;
      byId("faster").hidden = true;
      byId("story").classList.remove("running");
      target.disabled = false;
      // A disabled button loses the focus.
      if (document.activeElement === document.body) target.focus({ preventScroll: true });
    }
  });
}

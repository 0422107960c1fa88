import { element } from "./diagram.js";
import { control, forgetPhones } from "./phone.js";
import { actions, bind, device, login, sayError, tap, user } from "./phone-pane.js";

const byId = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const stillness = matchMedia("(prefers-reduced-motion: reduce)");
let slowly = false;

/** Milliseconds between two arrows. */
export const pace = () => (slowly ? 300 : 0);

const steps = [
  [
    "Alice opens the app for the first time: WeChat says who she is, no account belongs to her yet, so the answer is “bind”.",
    () => tap(actions.open),
  ],
  [
    "She types username and password once: her WeChat is bound to the account, and the phone gets a session.",
    () => tap(bind),
  ],
  [
    "The app calls your Lambda: the authorizer checks the session with one read, and your code is told the userId.",
    () => tap(actions.hello),
  ],
  [
    "A day later the session is over: the call is refused, and the SDK logs in silently, without a password, and repeats it.",
    async () => {
      await control("expire", { sessionId: login().session()?.sessionId ?? "" });
      await tap(actions.hello);
    },
  ],
  [
    "She logs out on every phone: one write ends all sessions at once, and the table shows it.",
    () => tap(actions.everywhere),
  ],
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
      forgetPhones("alice");
      await control("reset", { user: "alice" });
      await settled();
      diagram.clear();
      byId("story").hidden = false;
      byId("steps").replaceChildren();
      byId("steps").setAttribute("aria-live", "polite");
      slowly = !stillness.matches;
      byId("faster").hidden = !slowly;
      for (const [sentence, work] of steps) {
        byId("steps").append(element("li", {}, sentence));
        await breathe(1800);
        await work();
        await settled();
        await breathe(1200);
      }
      byId("operator").textContent = "";
    } catch (error) {
      sayError(error);
    } finally {
      slowly = false;
      byId("faster").hidden = true;
      target.disabled = false;
      // A disabled button loses the focus.
      if (document.activeElement === document.body) target.focus({ preventScroll: true });
    }
  });
}

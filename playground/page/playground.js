import { createDiagram, element } from "./diagram.js";
import { control, explain, forgetPhones, loginOn, succeeded } from "./phone.js";
import { refresh, refreshSoon } from "./tables.js";
import { offerTrouble } from "./trouble.js";

const byId = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* The diagram, fed by the server. */

const stillness = matchMedia("(prefers-reduced-motion: reduce)");
let slowly = false;
const diagram = createDiagram({ pace: () => (slowly ? 300 : 0) });
let lastEventAt = 0;

const events = new EventSource("/_playground/events");
events.addEventListener("message", ({ data }) => {
  lastEventAt = performance.now();
  diagram.add(JSON.parse(data));
  refreshSoon();
});

/* The phone. */

const user = byId("user");
const device = byId("device");
const result = byId("result");
const login = () => loginOn(user.value, device.value);

function showPhone() {
  const session = login().session();
  const name = user.selectedOptions[0].textContent;
  byId("whose").textContent = device.value === "1" ? `${name}’s phone` : `${name}’s other phone`;
  byId("status").textContent = session ? `Logged in as ${session.userId}` : "Not logged in.";
}

function say(...lines) {
  result.classList.remove("bad");
  result.replaceChildren(...lines.map((line) => (typeof line === "string" ? element("p", {}, line) : line)));
}

function sayError(error) {
  const { code, action, status, text, toast, retryAfter } = explain(error);
  result.classList.add("bad");
  result.replaceChildren(
    ...(toast
      ? [element("p", { className: "toast" }, element("span", { lang: "zh" }, toast.zh), ` · ${toast.en}`)]
      : []),
    ...(code
      ? [
          element(
            "p",
            {},
            ...(status ? [`${status} `] : []),
            element("code", { className: "code" }, code),
            " → ",
            element("code", { className: "action" }, action),
            ...(retryAfter ? [`, ${retryAfter} s`] : []),
          ),
        ]
      : []),
    element("p", {}, text),
  );
}

/** Runs what a button asks for; whatever it ends with is said. True: it worked. */
async function tap(work) {
  say("…");
  try {
    say(...(await work()));
    return true;
  } catch (error) {
    sayError(error);
    // The app would hear it by on("needsBinding").
    if (error.action === "bind") byId("form").hidden = false;
    return false;
  } finally {
    showPhone();
    refreshSoon();
  }
}

function welcome({ userId, newBinding, expiresAt }) {
  byId("form").hidden = true;
  return [
    newBinding ? `Bound to ${userId}, and logged in.` : `Logged in as ${userId}, without a password.`,
    `Until ${new Date(expiresAt).toLocaleString()}.`,
  ];
}

const actions = {
  open: async () => welcome(await login().login()),
  hello: async () => [succeeded(await login().request({ path: "/hello" })).message],
  devices: async () => {
    const { sessions } = succeeded(await login().request({ path: "/sessions" }));
    const rows = sessions.map(({ current, createdAt, device: label }) =>
      element(
        "li",
        {},
        `${label ?? "a phone"}, since ${new Date(createdAt).toLocaleTimeString()}${current ? " (this one)" : ""}`,
      ),
    );
    return [
      `${sessions.length} ${sessions.length === 1 ? "session" : "sessions"}:`,
      element("ul", {}, ...rows),
    ];
  },
  logout: async () => {
    await login().logout();
    return ["Logged out. The session is gone on the server, too."];
  },
  everywhere: async () => {
    await login().logout({ everywhere: true });
    return ["Logged out everywhere: one write ended every session."];
  },
  unbind: async () => {
    await login().unbind();
    return ["Unbound: this WeChat has no account any more."];
  },
};
for (const [id, work] of Object.entries(actions)) byId(id).addEventListener("click", () => tap(work));

byId("credentials").addEventListener("click", () => {
  byId("form").hidden = false;
  byId("username").focus();
});

const bind = async () => {
  const session = await login().bind({ username: byId("username").value, password: byId("password").value });
  return welcome(session);
};
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  tap(bind);
});

for (const select of [user, device]) {
  select.addEventListener("change", () => {
    byId("form").hidden = true;
    say();
    showPhone();
  });
}

offerTrouble({ login, user });

/* Show me. */

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

/** Until nothing has arrived for a moment and all of it is drawn. */
async function settled() {
  do await pause(60);
  while (!diagram.still || performance.now() - lastEventAt < 250);
}

async function breathe(ms) {
  for (const end = performance.now() + ms; slowly && performance.now() < end; ) await pause(50);
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

showPhone();
say("Tap “Open the app”.");
refresh();

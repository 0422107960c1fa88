import { element } from "./diagram.js";
import { keepFocus } from "./focus.js";
import { locale, text } from "./language.js";
import { explain, loginOn, succeeded } from "./phone.js";
import { refreshSoon } from "./state.js";

const byId = (id) => document.getElementById(id);

export const user = byId("user");
export const device = byId("device");
const result = byId("result");
export const login = () => loginOn(user.value, device.value);

export function showPhone() {
  const session = login().session();
  const name = user.selectedOptions[0].textContent;
  byId("whose").textContent = text("whose", { name, number: device.value });
  byId("status").textContent = session ? text("loggedIn", session) : text("notLoggedIn");
  for (const id of ["logout", "everywhere", "unbind", "expire"]) byId(id).disabled = !session;
}

export function say(...lines) {
  result.classList.remove("bad");
  result.replaceChildren(...lines.map((line) => (typeof line === "string" ? element("p", {}, line) : line)));
}

export function sayError(error) {
  const { code, action, status, text, toast, retryAfter } = explain(error);
  result.classList.add("bad");
  result.replaceChildren(
    ...(toast ? [element("p", { className: "toast" }, toast)] : []),
    ...(code
      ? [
          element(
            "p",
            {},
            ...(status ? [`${status} `] : []),
            element("code", { className: "code" }, code),
            " → ",
            element("code", { className: "action" }, action),
            ...(retryAfter ? [` (${retryAfter} s)`] : []),
          ),
        ]
      : []),
    element("p", {}, text),
  );
}

/**
 * Runs what a button asks for; whatever it ends with is said, after `drawn`. True: it worked.
 */
export async function tap(work, drawn = () => {}) {
  const focused = document.activeElement;
  byId("operator").textContent = "";
  say("…");
  try {
    const lines = await work();
    await drawn();
    say(...lines);
    return true;
  } catch (error) {
    await drawn();
    sayError(error);
    // The app would hear it by on("needsBinding").
    if (error.action === "bind") byId("form").hidden = false;
    return false;
  } finally {
    showPhone();
    keepFocus(focused, byId("status"));
    refreshSoon();
  }
}

/** Runs what is done to the phone from outside; `done`, or why not, is said below. */
export async function operate(work, done) {
  const note = byId("operator");
  if (result.classList.contains("bad")) say();
  note.textContent = "";
  try {
    const { answer } = await work();
    note.textContent = answer?.refused ? refusal(answer.refused) : done;
  } catch (error) {
    note.textContent = error.message;
  }
  refreshSoon();
}

function refusal(code) {
  return code === "no_such_binding" ? text(`refused.${code}`) : text("refused.other", { code });
}

export function welcome({ userId, newBinding, expiresAt }) {
  byId("form").hidden = true;
  return [
    text(newBinding ? "said.bound" : "said.silently", { userId }),
    text("said.until", { time: new Date(expiresAt).toLocaleString(locale) }),
  ];
}

export const actions = {
  open: async () => welcome(await login().login()),
  hello: async () => [succeeded(await login().request({ path: "/hello" })).message],
  devices: async () => {
    const { sessions } = succeeded(await login().request({ path: "/sessions" }));
    const rows = sessions.map(({ current, createdAt, device = text("said.aPhone") }) => {
      const time = new Date(createdAt).toLocaleTimeString(locale);
      return element("li", {}, text(current ? "said.thisSession" : "said.session", { device, time }));
    });
    return [text("said.sessions", { count: sessions.length }), element("ul", {}, ...rows)];
  },
  logout: async () => {
    await login().logout();
    return [text("said.loggedOut")];
  },
  everywhere: async () => {
    await login().logout({ everywhere: true });
    return [text("said.everywhere")];
  },
  unbind: async () => {
    await login().unbind();
    return [text("said.unbound")];
  },
};
for (const [id, work] of Object.entries(actions)) byId(id).addEventListener("click", () => tap(work));

byId("credentials").addEventListener("click", () => {
  byId("form").hidden = false;
  byId("username").focus();
});

export const bind = async () => {
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
    byId("operator").textContent = "";
    say();
    showPhone();
    refreshSoon();
  });
}

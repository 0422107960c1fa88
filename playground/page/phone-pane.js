import { element } from "./diagram.js";
import { explain, loginOn, succeeded } from "./phone.js";
import { refreshSoon } from "./tables.js";

const byId = (id) => document.getElementById(id);

export const user = byId("user");
export const device = byId("device");
const result = byId("result");
export const login = () => loginOn(user.value, device.value);

export function showPhone() {
  const session = login().session();
  const name = user.selectedOptions[0].textContent;
  byId("whose").textContent = device.value === "1" ? `${name}’s phone` : `${name}’s other phone`;
  byId("status").textContent = session ? `Logged in as ${session.userId}` : "Not logged in.";
}

export function say(...lines) {
  result.classList.remove("bad");
  result.replaceChildren(...lines.map((line) => (typeof line === "string" ? element("p", {}, line) : line)));
}

export function sayError(error) {
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
export async function tap(work) {
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

export function welcome({ userId, newBinding, expiresAt }) {
  byId("form").hidden = true;
  return [
    newBinding ? `Bound to ${userId}, and logged in.` : `Logged in as ${userId}, without a password.`,
    `Until ${new Date(expiresAt).toLocaleString()}.`,
  ];
}

export const actions = {
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
    say();
    showPhone();
  });
}

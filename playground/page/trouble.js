import { keepFocus } from "./focus.js";
import { text } from "./language.js";
import { control } from "./phone.js";
import { login, operate, user } from "./phone-pane.js";

const byId = (id) => document.getElementById(id);

/** The weather as it is, and what an operator can do about the user who is shown. */
export function showTrouble({ weChat, throttled, bound, account }) {
  byId("wechat").value = weChat;
  if (throttled === 0) byId("dynamodb").value = "0";
  byId("dynamodb-label").textContent =
    throttled > 0 ? text("dynamodb.left", { count: throttled }) : text("dynamodb");
  const focused = document.activeElement;
  byId("revoke").disabled = !bound;
  byId("disable").disabled = account !== "enabled";
  byId("enable").disabled = account !== "disabled";
  keepFocus(focused, byId("operator"));
}

/** What goes wrong on demand, and what an operator does. */
export function offerTrouble() {
  byId("wechat").addEventListener("change", ({ target: { value } }) =>
    operate(
      () => control("wechat", { trouble: value }),
      text(value === "ok" ? "done.wechat.ok" : "done.wechat.trouble"),
    ),
  );
  byId("dynamodb").addEventListener("change", ({ target: { value } }) =>
    operate(() => control("dynamodb", { calls: Number(value) }), text(`done.dynamodb.${value}`)),
  );
  const actions = {
    expire: () => control("expire", { sessionId: login().session()?.sessionId ?? "" }),
    revoke: () => control("revoke", { user: user.value }),
    disable: () => control("account", { disabled: true }),
    enable: () => control("account", { disabled: false }),
  };
  for (const [id, work] of Object.entries(actions)) {
    byId(id).addEventListener("click", () => operate(work, text(`done.${id}`)));
  }
}

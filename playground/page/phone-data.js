import { text } from "./language.js";
import { openData } from "./open-data.mjs";
import { control } from "./phone.js";
import { bindPhone, phoneNumber } from "./phone.mjs";
import { login, operate, tap, user, welcome } from "./phone-pane.js";

const byId = (id) => document.getElementById(id);

/** `event.detail` of the button where there is no code. */
const failures = {
  denied: { errMsg: "getPhoneNumber:fail user deny" },
  104: { errMsg: "getPhoneNumber:fail privacy permission is not authorized", errno: 104 },
  112: { errMsg: "getPhoneNumber:fail api scope is not declared in the privacy agreement", errno: 112 },
  1400001: { errMsg: "getPhoneNumber:fail quota exceeded", errno: 1400001 },
  old: { errMsg: "getPhoneNumber:ok", encryptedData: "…", iv: "…" },
};

async function pressed() {
  const outcome = byId("phone-button").value;
  const whose = outcome === "stolen" ? (user.value === "bob" ? "carol" : "bob") : user.value;
  return failures[outcome] ?? control("phone-button", { user: whose });
}

/** What WeChat gives on a phone besides codes of wx.login: its number, and open data. */
export function offerPhoneData() {
  byId("by-phone").addEventListener("click", () =>
    tap(async () => welcome(await bindPhone(login(), await pressed()))),
  );
  byId("my-number").addEventListener("click", () =>
    tap(async () => [text("said.number", { phoneNumber: await phoneNumber(login(), await pressed()) })]),
  );
  byId("my-steps").addEventListener("click", () =>
    tap(async () => {
      const { stepInfoList } = await openData(login(), () => control("werun", { user: user.value }));
      const steps = stepInfoList.map(({ step }) => step);
      return [text("said.steps", { today: steps.at(-1), month: steps.reduce((sum, step) => sum + step, 0) })];
    }),
  );
  byId("rotate").addEventListener("click", () =>
    operate(() => control("wx-login", { user: user.value }), text("done.rotate")),
  );
  byId("number").addEventListener("change", ({ target }) =>
    operate(() => control("number", { user: user.value, phoneNumber: target.value }), text("done.number")),
  );
  user.addEventListener("change", showNumber);
  showNumber();
}

async function showNumber() {
  // Without the key the page says what is missing.
  const { phoneNumber = "" } = await control("number", { user: user.value }).catch(() => ({}));
  byId("number").value = phoneNumber;
}

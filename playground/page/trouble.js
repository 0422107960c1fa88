import { control } from "./phone.js";
import { refreshSoon } from "./tables.js";

const byId = (id) => document.getElementById(id);

async function operate(work, done) {
  const note = byId("operator");
  try {
    const { answer } = await work();
    note.textContent = answer?.refused ? `${answer.refused}: ${answer.detail}` : done;
  } catch (error) {
    note.textContent = error.message;
  }
  refreshSoon();
}

/** What goes wrong on demand, and what an operator does. `login` is the SDK on the phone that is shown. */
export function offerTrouble({ login, user }) {
  byId("wechat").addEventListener("change", ({ target }) =>
    operate(
      () => control("wechat", { trouble: target.value }),
      target.value === "ok"
        ? "WeChat is fine again."
        : "Now every login meets that. Log out and open the app.",
    ),
  );
  byId("dynamodb").addEventListener("change", ({ target }) =>
    operate(
      () => control("dynamodb", { calls: Number(target.value) }),
      target.value === "0"
        ? "DynamoDB is fine again."
        : target.value === "1"
          ? "The AWS SDK will try that call again: nobody notices."
          : "More than the AWS SDK tries: call GET /hello or open the app.",
    ),
  );
  byId("expire").addEventListener("click", () =>
    operate(
      () => control("expire", { sessionId: login().session()?.sessionId ?? "" }),
      "The table says that this session ended a minute ago. The next call is refused; the SDK logs in silently.",
    ),
  );
  byId("revoke").addEventListener("click", () =>
    operate(
      () => control("revoke", { user: user.value }),
      "Every session of this user has ended with one write: generation + 1.",
    ),
  );
  byId("disable").addEventListener("click", () =>
    operate(
      () => control("account", { disabled: true }),
      "zhangsan is disabled: nobody gets in, from the next request on.",
    ),
  );
  byId("enable").addEventListener("click", () =>
    operate(() => control("account", { disabled: false }), "zhangsan is enabled: the next login gets in."),
  );
}

import type { AdminRequest } from "../../../contract/operator-actions.ts";
import { handleOf, type People } from "./people.ts";
import type { Operation } from "./recorded.ts";
import type { happenings, Step } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { accountNumber, passwordOf } from "./world.ts";

type What = (typeof happenings.operators)[number];
type Act = (step: Step) => Promise<unknown>;

/** What operators do, and what the owner does in a user system of their own. */
export function operators(stage: Stage, { phoneOf }: Pick<People, "phoneOf">) {
  const { setup, sessions, passwords, bans, tableState, world, operate } = stage;
  const isBuiltIn = setup.verifier === "built-in";
  let last: (() => Promise<unknown>) | undefined;

  const numberOf = ({ who }: Step) => who % setup.accounts;
  /** Where nobody has an account, the one that this person was given. */
  function userIdOf(step: Step): string {
    if (setup.verifier !== "none") return accountNumber(numberOf(step)).userId;
    const { identity } = phoneOf(step);
    return sessions.sessions.findLast((it) => it.identity === identity)?.userId ?? "u_nobody";
  }
  /** As an operator names an account: by its username, or where there are none by its userId. */
  const accountOf = (step: Step) => (isBuiltIn ? accountNumber(numberOf(step)).username : userIdOf(step));
  const ofUser = (userId: string) => (it: { userId: string }) => it.userId === userId;

  /** Asks, and keeps it to be repeated. */
  const ask = (request: AdminRequest, operation?: Operation) => {
    last = () => operate(request, operation);
    return last();
  };

  async function disable(step: Step): Promise<void> {
    const userId = userIdOf(step);
    const account = accountOf(step);
    if (!isBuiltIn) world.owners.setDisabled(accountNumber(numberOf(step)).username, true);
    const repeat = async () => {
      const disabling = bans.disabling();
      const answer = await operate({ action: "accounts.disable", account }, { ends: ofUser(userId) });
      if (!answer || "refused" in answer) return;
      const all = [...tableState.bindings.values()];
      const those = all.filter((it) => it.userId === userId && it.openid !== undefined);
      bans.disabled(disabling, userId, those);
    };
    last = repeat;
    await repeat();
  }

  async function enable(step: Step): Promise<void> {
    if (!isBuiltIn) world.owners.setDisabled(accountNumber(numberOf(step)).username, false);
    await enableUser(userIdOf(step), accountOf(step));
  }

  async function enableUser(userId: string, account: string): Promise<void> {
    // Who was disabled half may be enabled, and with it ends what was open still.
    await ask({ action: "accounts.enable", account }, { ends: ofUser(userId), saysSo: false, enables: true });
  }

  /** In the product's accounts; or in the owner's, who then ends what was opened before. */
  async function changePassword(step: Step): Promise<void> {
    const number = numberOf(step);
    if (setup.verifier === "none") return;
    let isOver = () => false;
    const version = passwords.changing(number, () => isOver());
    const password = passwordOf(number, version);
    const { username, userId } = accountNumber(number);
    if (!isBuiltIn) world.owners.changePassword(username, password);
    const request: AdminRequest = isBuiltIn
      ? { action: "accounts.passwd", account: username, password }
      : { action: "bindings.remove", of: { userId } };
    const repeat = async () => {
      const answer = await operate(request, { ends: ofUser(userId), newPassword: version }, (over) => {
        isOver = over;
      });
      if (answer && !("refused" in answer)) passwords.changed(number, version);
    };
    // A later password would be taken back.
    last = isBuiltIn ? undefined : () => operate(request, { ends: ofUser(userId) });
    await repeat();
  }

  async function removeAccount(step: Step): Promise<void> {
    if (!isBuiltIn) return;
    const number = numberOf(step);
    const { username, userId } = accountNumber(number);
    // From here on there may be none.
    let isOver = () => false;
    const none = passwords.changing(number, () => isOver());
    bans.disabling();
    const repeat = async () => {
      const answer = await operate(
        { action: "accounts.remove", account: username },
        { ends: ofUser(userId), enables: true },
        (over) => {
          isOver = over;
        },
      );
      if (answer && !("refused" in answer)) passwords.changed(number, none, true);
    };
    last = repeat;
    await repeat();
  }

  async function addAccount(step: Step): Promise<void> {
    if (!isBuiltIn) return;
    const number = numberOf(step);
    const { username, userId } = accountNumber(number);
    let isOver = () => false;
    const version = passwords.changing(number, () => isOver());
    const request = {
      action: "accounts.add",
      username,
      userId,
      password: passwordOf(number, version),
    } as const;
    last = undefined;
    const answer = await operate(request, { enables: true, newPassword: version }, (over) => {
      isOver = over;
    });
    if (answer && !("refused" in answer)) passwords.changed(number, version);
  }

  const acts: Readonly<Record<What, Act>> = {
    "revokes the user": (step) => {
      const userId = userIdOf(step);
      return ask({ action: "sessions.revoke", of: { userId } }, { ends: ofUser(userId) });
    },
    "revokes the identity": (step) => {
      const { appId, openid, identity } = phoneOf(step);
      return ask(
        { action: "sessions.revoke", of: { appId, openid } },
        { ends: (it) => it.identity === identity },
      );
    },
    "revokes a session": async (step) => {
      const { appId, openid, identity } = phoneOf(step);
      const those = sessions.sessions.filter((it) => it.identity === identity);
      const ended = those.at(-1 - step.which);
      if (!ended) return;
      const request = { action: "sessions.revoke", of: { appId, openid }, id: handleOf(ended.id) } as const;
      await ask(request, { ends: ({ id }) => id === ended.id });
    },
    "removes the bindings": (step) => {
      const userId = userIdOf(step);
      return ask({ action: "bindings.remove", of: { userId } }, { ends: ofUser(userId) });
    },
    "removes the binding": (step) => {
      const { appId, openid, identity } = phoneOf(step);
      return ask(
        { action: "bindings.remove", of: { appId, openid } },
        { ends: (it) => it.identity === identity },
      );
    },
    "enables the identity": (step) => {
      const { appId, openid } = phoneOf(step);
      return ask({ action: "bindings.enable", of: { appId, openid } }, { enables: true });
    },
    disables: disable,
    enables: enable,
    "changes the password": changePassword,
    "removes the account": removeAccount,
    "adds the account": addAccount,
    looks: async (step) => {
      const userId = userIdOf(step);
      await operate({ action: "sessions.list", of: { userId } });
      await operate({ action: "bindings.find", of: { userId } });
      if (isBuiltIn) await operate({ action: "accounts.show", account: accountOf(step) });
    },
    "repeats it": async () => last?.(),
    "rotates the secret": (step) => {
      const { appId } = phoneOf(step);
      return ask({ action: "secret.rotate", appId, appSecret: world.wechat.secretOf(appId) });
    },
    "sets the secret": (step) => {
      const { appId } = phoneOf(step);
      return ask({ action: "secret.set", appId, appSecret: world.wechat.secretOf(appId) });
    },
  };
  return {
    act: (what: What, step: Step) => acts[what](step),
    userIdOf,
    enable,
    enableUser,
    changePassword,
    addAccount,
  };
}

export type Operators = ReturnType<typeof operators>;

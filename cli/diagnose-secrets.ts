import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, type CheckName, type DoctorWords, ok, problem, skipped } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

export const weChatName = "WeChat";

/** One check for each mini-program: whether its AppSecret is set, and accepted by WeChat. */
export function secretChecks(view: DeploymentView, commands: CommandsToRun): Check[] {
  return view.secrets.map((secret) => secretCheck(secret, view, commands));
}

function secretCheck(
  { appId, state, errcode, why, proven }: DeploymentView["secrets"][number],
  { secrets, weChat }: DeploymentView,
  commands: CommandsToRun,
): Check {
  const name: CheckName = `AppSecret of ${appId}`;
  const { words } = commands;
  const which = secrets.length > 1 ? ` --app-id ${appId}` : "";
  const rotate = commands.weappLogin(`secret rotate${which}`);
  const doctor = commands.weappLogin("doctor");
  switch (state) {
    case "accepted":
      return ok(name, proven ? words.secretAccepted : words.secretNotVerified);
    case "refused":
      return problem(name, words.secretRefused(errcode), words.takeLatestSecret(rotate));
    case "placeholder":
    case "missing":
      return problem(name, words.secretMissing(state), words.setSecret(rotate));
    case "unknown_app":
      return problem(name, words.appUnknown(errcode), words.setAppId(commands.deploy));
    case "frozen":
      return problem(name, words.secretFrozen(errcode), words.unfreeze(doctor));
    case "unreadable":
      return problem(name, words.secretUnreadable(why), commands.askAgain);
    case "unknown":
      return "failed" in weChat ? skipped(name, weChatName, words) : undecided(name, errcode, doctor, words);
  }
}

/** WeChat looks at something else first, and does not come to the AppSecret. */
function undecided(name: CheckName, errcode: number | undefined, doctor: string, words: DoctorWords): Check {
  const why = reasons.find(({ errcodes: [first, last] }) => errcode && first <= errcode && errcode <= last);
  return why && errcode !== undefined
    ? problem(name, words[why.found](errcode), words.thenAgain(words[why.todo], doctor))
    : problem(name, words.undecided(errcode), words.waitAMinute(doctor));
}

interface Reason {
  /** From the first to the last of them. */
  readonly errcodes: readonly [number, number];
  readonly found: "addressNotListed" | "encryptedOnly" | "quotaUsedUp" | "notPermitted";
  readonly todo: "removeList" | "switchEncryptionOff" | "raiseQuota" | "seeNotices";
}

const reasons: readonly Reason[] = [
  { errcodes: [40164, 40164], found: "addressNotListed", todo: "removeList" },
  { errcodes: [40230, 40240], found: "encryptedOnly", todo: "switchEncryptionOff" },
  { errcodes: [45009, 45009], found: "quotaUsedUp", todo: "raiseQuota" },
  { errcodes: [48001, 48001], found: "notPermitted", todo: "seeNotices" },
];

/** Whether the functions reach WeChat, and how fast. */
export function weChatCheck({ weChat, url }: DeploymentView, commands: CommandsToRun): Check {
  const { words, onLaptop, deploy } = commands;
  if ("milliseconds" in weChat) return ok(weChatName, words.weChatAnswers(url, weChat.milliseconds));
  const ask = `\`curl -sS ${url}/sns/jscode2session\``;
  return problem(
    weChatName,
    words.weChatUnreachable(url, weChat.failed),
    onLaptop ? words.tryLocalWeChat(ask, deploy) : words.tryWeChat(ask),
  );
}

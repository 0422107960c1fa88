import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, ok, problem, skipped } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

const weChatConsole = "https://mp.weixin.qq.com (开发管理 > 开发设置)";

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
  const name = `AppSecret of ${appId}`;
  const which = secrets.length > 1 ? ` --app-id ${appId}` : "";
  const rotate = commands.weappLogin(`secret rotate${which}`);
  switch (state) {
    case "accepted":
      return ok(
        name,
        proven
          ? "accepted by WeChat"
          : "accepted by WeChat; stored without proof, which `secret rotate` with the same value adds",
      );
    case "refused":
      return problem(
        name,
        `WeChat refuses it (errcode ${errcode}): it was reset there, or is another mini-program's`,
        `take the one that was reset last, or reset it at ${weChatConsole}, and run ${rotate}`,
      );
    case "placeholder":
    case "missing":
      return problem(
        name,
        `${state === "placeholder" ? "still the placeholder" : "not set"}: login answers not_configured`,
        `reset it at ${weChatConsole}, which shows it once, and run ${rotate}`,
      );
    case "unknown_app":
      return problem(
        name,
        `WeChat knows no such AppId (errcode ${errcode})`,
        `put the mini-program's AppId into cdk.json (context.appId) and run ${commands.deploy}`,
      );
    case "frozen":
      return problem(
        name,
        `WeChat has frozen it (errcode ${errcode})`,
        `unfreeze it at ${weChatConsole}, and run ${commands.weappLogin("doctor")} again`,
      );
    case "unreadable":
      return problem(name, `Secrets Manager does not give it to the functions (${why})`, commands.askAgain);
    case "unknown":
      if ("failed" in weChat) return skipped(name, weChatName);
      return undecided(name, errcode, commands.weappLogin("doctor"));
  }
}

/** WeChat looks at something else first, and does not come to the AppSecret. */
function undecided(name: string, errcode: number | undefined, doctor: string): Check {
  const again = `run ${doctor} again`;
  const why = reasons.find(({ errcodes: [first, last] }) => errcode && first <= errcode && errcode <= last);
  return why
    ? problem(name, `${why.found} (errcode ${errcode})`, `${why.todo}, and ${again}`)
    : problem(
        name,
        `WeChat says neither yes nor no${errcode === undefined ? "" : ` (errcode ${errcode})`}`,
        `wait a minute, and ${again}`,
      );
}

interface Reason {
  /** From the first to the last of them. */
  readonly errcodes: readonly [number, number];
  readonly found: string;
  readonly todo: string;
}

const reasons: readonly Reason[] = [
  {
    errcodes: [40164, 40164],
    found: "WeChat refuses the address that the functions call from: it is not on the mini-program's list",
    todo:
      `take the list (IP 白名单) away at ${weChatConsole}, or put the functions behind a NAT gateway and its address on ` +
      "the list: Lambda has no fixed one",
  },
  {
    errcodes: [40230, 40240],
    found: "WeChat takes encrypted calls only: API encryption is switched on for the mini-program",
    todo: "switch it off at https://mp.weixin.qq.com (开发管理 > 安全中心), for this call at least",
  },
  {
    errcodes: [45009, 45009],
    found: "the mini-program's calls of the day are used up",
    todo: "wait until midnight in China (UTC+8), or raise the limit at https://mp.weixin.qq.com (开发管理 > 接口设置)",
  },
  {
    errcodes: [48001, 48001],
    found: "WeChat does not permit the mini-program this call",
    todo: "see at https://mp.weixin.qq.com whether it is verified, and what its notices say",
  },
];

/** Whether the functions reach WeChat, and how fast. */
export function weChatCheck({ weChat, url }: DeploymentView, commands: CommandsToRun): Check {
  if ("milliseconds" in weChat) {
    return ok(weChatName, `${url} answers the functions in ${weChat.milliseconds} ms`);
  }
  const ask = `\`curl -sS ${url}/sns/jscode2session\``;
  return problem(
    weChatName,
    `the functions do not reach ${url} (${weChat.failed})`,
    commands.onLaptop
      ? `see what answers there with ${ask}; ${commands.deploy} starts the simulator`
      : `see whether it answers here with ${ask}; if so, something is between the functions and the internet, such as a VPC ` +
          "without a NAT gateway",
  );
}

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
      return problem(
        name,
        `WeChat says neither yes nor no${errcode === undefined ? "" : ` (errcode ${errcode})`}`,
        `wait a minute, and run ${commands.weappLogin("doctor")} again`,
      );
  }
}

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

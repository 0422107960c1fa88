import type { AccessTokenState } from "../contract/diagnosis.ts";
import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, problem, skipped, together } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

const accessTokensName = "access tokens";

const ipList = "IP list at https://mp.weixin.qq.com (开发管理 > 开发设置 > IP白名单)";

/** Whether WeChat gives access tokens to the functions; no check where nothing here has a use for them. */
export function accessTokenChecks({ accessTokens }: DeploymentView, commands: CommandsToRun): Check[] {
  if (!accessTokens) return [];
  if (accessTokens.some(({ state }) => state === "no secret"))
    return [skipped(accessTokensName, "AppSecret")];
  const refused = accessTokens.filter(({ state }) => state === "refused");
  const problems = refused.map((it) => problem(accessTokensName, ...whyAndWhatToDo(it, commands)));
  return [together(accessTokensName, problems, "WeChat gives them to the functions")];
}

function whyAndWhatToDo(
  { appId, errcode, address }: AccessTokenState,
  { weappLogin }: CommandsToRun,
): [found: string, todo: string] {
  const again = `run ${weappLogin("doctor")} again`;
  switch (errcode) {
    case undefined:
      return [`WeChat was not reached for one of ${appId}`, `wait a minute, and ${again}`];
    case 40164:
      return [
        `WeChat refuses ${address ?? "the address that the functions come from"}, which is not on the IP list of ${appId} (errcode 40164)`,
        `Lambda's addresses change: take the ${ipList} off, or give the functions a fixed address (docs/access-tokens.md) and put that on it`,
      ];
    case 45009:
      return [
        `the calls for access tokens that ${appId} has for a day are used up (errcode 45009)`,
        "find out who else asks for them with its AppSecret; after midnight in China they begin anew",
      ];
    case 48001:
      return [
        `${appId} may not have access tokens (errcode 48001)`,
        "see in WeChat's console whether the mini-program is verified and published",
      ];
    default:
      return errcode >= 40230 && errcode <= 40240
        ? [
            `API encryption is switched on for ${appId} (errcode ${errcode})`,
            "switch it off in WeChat's console (开发管理 > 开发设置 > API安全): the functions speak without it",
          ]
        : [`WeChat gives none of ${appId} (errcode ${errcode})`, `wait a minute, and ${again}`];
  }
}

import type { AccessTokenState } from "../contract/diagnosis.ts";
import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, problem, skipped, together } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

const accessTokensName = "access tokens";

/** Whether WeChat gives access tokens to the functions; no check where nothing here has a use for them. */
export function accessTokenChecks({ accessTokens }: DeploymentView, commands: CommandsToRun): Check[] {
  const { words } = commands;
  if (!accessTokens) return [];
  if (accessTokens.some(({ state }) => state === "no secret"))
    return [skipped(accessTokensName, "AppSecret", words)];
  const refused = accessTokens.filter(({ state }) => state === "refused");
  const problems = refused.map((it) => problem(accessTokensName, ...whyAndWhatToDo(it, commands)));
  return [together(accessTokensName, problems, words.tokensGiven, words)];
}

function whyAndWhatToDo(
  { appId, errcode, address }: AccessTokenState,
  { weappLogin, words }: CommandsToRun,
): [found: string, todo: string] {
  const wait = words.waitAMinute(weappLogin("doctor"));
  switch (errcode) {
    case undefined:
      return [words.tokenUnreached(appId), wait];
    case 40164:
      return [words.tokenAddress(address, appId), words.tokenAddressTodo];
    case 45009:
      return [words.tokenQuota(appId), words.tokenQuotaTodo];
    case 48001:
      return [words.tokenForbidden(appId), words.tokenForbiddenTodo];
    default:
      return errcode >= 40230 && errcode <= 40240
        ? [words.tokenEncrypted(appId, errcode), words.tokenEncryptedTodo]
        : [words.tokenRefused(appId, errcode), wait];
  }
}

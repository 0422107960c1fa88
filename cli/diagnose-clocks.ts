import type { DeploymentView } from "../contract/operator-actions.ts";
import { type Check, ok, problem } from "./checks.ts";
import type { CommandsToRun } from "./commands-to-run.ts";

/** Milliseconds since 1970, by this machine: when `doctor.check` was sent, and when its answer came. */
export interface AskedBetween {
  readonly sent: number;
  readonly received: number;
}

/** Sessions and signatures are good for hours and minutes. */
const toleratedSeconds = 60;

/** Whether this machine, the functions and WeChat agree about the time. */
export function clockCheck(
  { now, weChat, url }: DeploymentView,
  { sent, received }: AskedBetween,
  commands: CommandsToRun,
): Check {
  const name = "clocks";
  const there = Date.parse(now);
  // Somewhere between sending and receiving: only what lies outside of that is a difference.
  const ahead = Math.round((there < sent ? sent - there : there > received ? received - there : 0) / 1_000);
  const aheadOfWeChat = "milliseconds" in weChat ? weChat.aheadSeconds : undefined;
  const { words, weappLogin } = commands;
  if (Math.abs(ahead) > toleratedSeconds) {
    return problem(name, words.thisClock(Math.abs(ahead), ahead > 0), words.setClock);
  }
  if (aheadOfWeChat !== undefined && Math.abs(aheadOfWeChat) > toleratedSeconds) {
    return problem(
      name,
      words.functionsClock(Math.abs(aheadOfWeChat), aheadOfWeChat > 0),
      words.compareClocks(url, weappLogin("doctor")),
    );
  }
  const seconds = Math.max(Math.abs(ahead), Math.abs(aheadOfWeChat ?? 0));
  const agree = aheadOfWeChat === undefined ? words.clocksAgreeWithoutWeChat : words.clocksAgree;
  return ok(name, agree(seconds));
}

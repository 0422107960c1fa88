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
  if (Math.abs(ahead) > toleratedSeconds) {
    return problem(
      name,
      `this machine is ${apart(ahead)} the functions`,
      "set its clock, for instance with `sudo timedatectl set-ntp true` or `sudo sntp -sS time.apple.com`",
    );
  }
  if (aheadOfWeChat !== undefined && Math.abs(aheadOfWeChat) > toleratedSeconds) {
    return problem(
      name,
      `the functions are ${apart(aheadOfWeChat)} WeChat`,
      `compare \`date -u\` with \`curl -sI ${url}\`, and run ${commands.weappLogin("doctor")} again`,
    );
  }
  const seconds = Math.max(Math.abs(ahead), Math.abs(aheadOfWeChat ?? 0));
  return ok(
    name,
    aheadOfWeChat === undefined
      ? `this machine and the functions agree to ${seconds} s; WeChat did not say its time`
      : `this machine, the functions and WeChat agree to ${seconds} s`,
  );
}

function apart(aheadSeconds: number): string {
  return `${Math.abs(aheadSeconds)} s ${aheadSeconds > 0 ? "ahead of" : "behind"}`;
}

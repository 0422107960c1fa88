import type { DoctorWords } from "./checks.ts";
import type { Messages } from "./messages/english.ts";
import { laptopUrl, type Target } from "./target.ts";

/** Commands to tell the operator, aimed at the same deployment. */
export interface CommandsToRun {
  /** In which the rest is told. */
  readonly words: DoctorWords;
  readonly proxyWords: Messages["failures"]["proxy"];
  readonly onLaptop: boolean;
  /** `npx --no weapp-login doctor --local`. */
  weappLogin(command: string): string;
  /** An AWS CLI command. */
  aws(command: string): string;
  /** What puts the stack in order: deploys it, or starts the local one. */
  readonly deploy: string;
  /** For what AWS did not tell the functions: temporarily, or because they are not allowed to ask. */
  readonly askAgain: string;
  /** For a part of the stack that was removed or changed by hand. */
  readonly putBack: string;
  /** Where login says in one line what it met. */
  readonly loginLog: string;
  readonly verifierLog: string;
}

export function commandsToRun(
  { laptop, stack, region, profile, endpointUrl }: Target,
  { doctor: words, failures }: Pick<Messages, "doctor" | "failures">,
): CommandsToRun {
  const place = Object.entries({ region, profile, "endpoint-url": endpointUrl })
    .map(([option, value]) => (value === undefined ? "" : ` --${option} ${value}`))
    .join("");
  const local = laptop === laptopUrl ? "--local" : `--local ${laptop}`;
  const where = laptop === undefined ? `--stack ${stack}${place}` : local;
  const weappLogin = (command: string) => `\`npx --no weapp-login ${command} ${where}\``;
  const common = {
    words,
    proxyWords: failures.proxy,
    weappLogin,
    aws: (command: string) => `\`aws ${command}${place}\``,
  };
  return laptop === undefined
    ? {
        ...common,
        onLaptop: false,
        deploy: "`npx cdk deploy`",
        putBack: words.putBack(stack),
        loginLog: words.logInAws("login"),
        verifierLog: words.logInAws("verifier"),
        askAgain: words.askAgain(weappLogin("doctor"), stack),
      }
    : {
        ...common,
        onLaptop: true,
        deploy: "`npm start`",
        putBack: words.localPutBack,
        loginLog: words.localLog("login"),
        verifierLog: words.localLog("verifier"),
        askAgain: words.localAskAgain,
      };
}

import { laptopUrl, type Target } from "./target.ts";

/** Commands to tell the operator, aimed at the same deployment. */
export interface CommandsToRun {
  readonly onLaptop: boolean;
  /** `npx weapp-login doctor --local`. */
  weappLogin(command: string): string;
  /** An AWS CLI command. */
  aws(command: string): string;
  /** What puts the stack in order: deploys it, or starts the laptop. */
  readonly deploy: string;
  /** For what AWS did not tell the functions: in passing, or because they are not allowed to ask. */
  readonly askAgain: string;
  /** For a part of the stack that was taken away or changed by hand. */
  readonly putBack: string;
  /** Where login says in one line what it met. */
  readonly loginLog: string;
  readonly verifierLog: string;
}

export function commandsToRun({ laptop, stack, region, profile, endpointUrl }: Target): CommandsToRun {
  const place = Object.entries({ region, profile, "endpoint-url": endpointUrl })
    .map(([option, value]) => (value === undefined ? "" : ` --${option} ${value}`))
    .join("");
  const local = laptop === laptopUrl ? "--local" : `--local ${laptop}`;
  const where = laptop === undefined ? `--stack ${stack}${place}` : local;
  const logOf = (fn: string) =>
    laptop === undefined
      ? `see the ${fn} function's log in CloudWatch, as docs/runbook.md shows it`
      : `see what \`npm start\` has printed of the ${fn} function`;
  const weappLogin = (command: string) => `\`npx weapp-login ${command} ${where}\``;
  return {
    onLaptop: laptop !== undefined,
    weappLogin,
    aws: (command) => `\`aws ${command}${place}\``,
    deploy: laptop === undefined ? "`npx cdk deploy`" : "`npm start`",
    putBack:
      laptop === undefined
        ? `run \`npx cdk drift ${stack}\`, which shows what was taken away or changed, and \`npx cdk deploy ` +
          `--revert-drift ${stack}\`, which puts it back`
        : "run `npm start` again, which runs what the template says",
    loginLog: logOf("login"),
    verifierLog: logOf("verifier"),
    askAgain:
      laptop === undefined
        ? `run ${weappLogin("doctor")} again; if that does not help, \`npx cdk drift ${stack}\` shows whether the admin ` +
          "function's role was changed"
        : "run `npm start` again, of the same version",
  };
}

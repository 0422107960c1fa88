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
}

export function commandsToRun({ laptop, stack, region, profile, endpointUrl }: Target): CommandsToRun {
  const place = Object.entries({ region, profile, "endpoint-url": endpointUrl })
    .map(([option, value]) => (value === undefined ? "" : ` --${option} ${value}`))
    .join("");
  const local = laptop === laptopUrl ? "--local" : `--local ${laptop}`;
  const where = laptop === undefined ? `--stack ${stack}${place}` : local;
  const weappLogin = (command: string) => `\`npx weapp-login ${command} ${where}\``;
  return {
    onLaptop: laptop !== undefined,
    weappLogin,
    aws: (command) => `\`aws ${command}${place}\``,
    deploy: laptop === undefined ? "`npx cdk deploy`" : "`npm start`",
    askAgain:
      laptop === undefined
        ? `run ${weappLogin("doctor")} again; if that does not help, \`npx cdk drift ${stack}\` shows whether the admin ` +
          "function's role was changed"
        : "run `npm start` again, of the same version",
  };
}

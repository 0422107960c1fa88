import type { Command } from "commander";
import type { DeploymentView } from "../../contract/operator-actions.ts";
import { apiClient } from "../api-client.ts";
import { type Check, ok, problem, report, skipped } from "../checks.ts";
import { type CommandsToRun, commandsToRun } from "../commands-to-run.ts";
import type { Context } from "../context.ts";
import { accessTokenChecks } from "../diagnose-access-tokens.ts";
import { loginCheck, loginName, sessionsCheck, sessionsName } from "../diagnose-api.ts";
import { clockCheck } from "../diagnose-clocks.ts";
import { functionsCheck, functionsName, passwordsCheck } from "../diagnose-functions.ts";
import { secretChecks, weChatCheck, weChatName } from "../diagnose-secrets.ts";
import { tableChecks } from "../diagnose-tables.ts";
import { type Exit, Failure } from "../failure.ts";
import type { FoundStack, Target } from "../target.ts";

/** In this order: whatever fails leaves those after it unchecked. */
const names = [
  "credentials and Region",
  "stack outputs",
  "admin function",
  "AppSecret",
  weChatName,
  "tables",
  "time to live",
  "backups",
  functionsName,
  "passwords",
  loginName,
  sessionsName,
  "clocks",
] as const;
type Name = (typeof names)[number];

interface Examination {
  readonly checks: readonly Check[];
  readonly exit: Exit;
}

/** `doctor`: looks at everything that login depends on, and says what to do about what it finds. */
export function addDoctorCommand(program: Command, context: Context): void {
  program
    .command("doctor")
    .description("check all that login depends on, and try a login that must be refused; changes nothing")
    .action(async () => {
      const { checks, exit } = await examine(context);
      context.output.done({ checks }, report(checks), exit);
    });
}

async function examine(context: Context): Promise<Examination> {
  const target = context.target();
  const commands = commandsToRun(target);

  const stack = await attempt(() => context.stack());
  if (stack instanceof Failure) {
    return stack.code === "no_such_stack"
      ? stopped([ok("credentials and Region", "AWS answers")], "stack outputs", stack, commands)
      : stopped([], "credentials and Region", stack, commands);
  }
  const known = ok("credentials and Region", whereItIs(target, stack));
  const outputs = outputsCheck(stack, target, commands);
  const functionName = stack.outputs.AdminFunctionName;
  if (!functionName) return { checks: [known, outputs, ...after("stack outputs")], exit: "unreachable" };

  const sent = context.now();
  const view = await attempt(() => stack.admin(functionName).ask({ action: "doctor.check" }));
  const received = context.now();
  if (view instanceof Failure) {
    const older = view.code === "invalid_request";
    return older
      ? stopped([known, outputs], "admin function", olderVersion(commands), commands)
      : stopped([known, outputs], "admin function", view, commands);
  }
  const seen = [
    known,
    outputs,
    ok("admin function", `${functionName} answers`),
    ...secretChecks(view, commands),
    weChatCheck(view, commands),
    ...accessTokenChecks(view, commands),
    ...tableChecks(view, commands),
    functionsCheck(view, commands),
    passwordsCheck(view, commands),
  ];
  const checks = [
    ...seen,
    ...(await apiChecks(stack.outputs.ApiUrl, view, seen, context, commands)),
    clockCheck(view, { sent, received }, commands),
  ];
  return { checks, exit: checks.some(({ state }) => state === "problem") ? "refused" : "done" };
}

async function apiChecks(
  apiUrl: string | undefined,
  view: DeploymentView,
  seen: readonly Check[],
  { signal }: Context,
  commands: CommandsToRun,
): Promise<Check[]> {
  if (!apiUrl) return [skipped(loginName, "stack outputs"), skipped(sessionsName, "stack outputs")];
  const ask = apiClient(apiUrl, signal);
  return Promise.all([loginCheck(ask, view, seen, commands), sessionsCheck(ask, seen, commands)]);
}

async function attempt<T>(call: () => Promise<T>): Promise<T | Failure> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Failure && error.exit !== "interrupted" && error.exit !== "usage") return error;
    throw error;
  }
}

/** Where a failure leaves nothing to ask any more. */
function stopped(
  before: readonly Check[],
  name: Name,
  failure: Failure,
  commands: CommandsToRun,
): Examination {
  const [, found = "", todo = `run ${commands.weappLogin("doctor")} again`] =
    /^(.*?)(?:[.?!] (.+?))?[.?!]?$/s.exec(failure.message) ?? [];
  return {
    checks: [...before, problem(name, found, lowerCase(todo)), ...after(name)],
    exit: failure.exit,
  };
}

function after(name: Name): Check[] {
  return names.slice(names.indexOf(name) + 1).map((later) => skipped(later, name));
}

function olderVersion({ deploy }: CommandsToRun): Failure {
  return new Failure(
    "invalid_request",
    `The admin function does not know \`doctor.check\`: it is of an older version. Run ${deploy}.`,
  );
}

function outputsCheck({ outputs, status }: FoundStack, { stack }: Target, commands: CommandsToRun): Check {
  const expected = ["ApiUrl", "AdminFunctionName", "AuthorizerFunctionArn", "AppSecretName"];
  const missing = expected.filter((name) => !outputs[name]);
  return missing.length === 0
    ? ok("stack outputs", `${stack} is ${status}, its API at ${outputs.ApiUrl}`)
    : problem(
        "stack outputs",
        `${stack} is ${status} and has no ${missing.join(" and no ")}`,
        `run ${commands.deploy}: it may come from an older version, or its deployment did not end`,
      );
}

/** Which credentials and which Region, and what says so. */
function whereItIs({ laptop, profile, region: asked }: Target, { region }: FoundStack): string {
  if (laptop !== undefined) return `the laptop at ${laptop}`;
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_REGION } = process.env;
  const who = profile
    ? `profile ${profile} (--profile)`
    : AWS_PROFILE
      ? `profile ${AWS_PROFILE} (AWS_PROFILE)`
      : AWS_ACCESS_KEY_ID
        ? "access key of the environment (AWS_ACCESS_KEY_ID)"
        : "default credentials";
  const how = asked ? "--region" : AWS_REGION ? "AWS_REGION" : "the profile";
  return `${who}, Region ${region} (${how})`;
}

function lowerCase(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

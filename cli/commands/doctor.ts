import type { Command } from "commander";
import type { DeploymentView } from "../../contract/operator-actions.ts";
import { apiClient } from "../api-client.ts";
import { type Check, type DoctorWords, ok, problem, report, skipped } from "../checks.ts";
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
    .description(context.messages.help.doctor)
    .action(async () => {
      const { checks, exit } = await examine(context);
      context.output.done({ checks }, report(checks, context.messages.doctor, context.output.width), exit);
    });
}

async function examine(context: Context): Promise<Examination> {
  const target = context.target();
  const words = context.messages.doctor;
  const commands = commandsToRun(target, context.messages);

  const stack = await attempt(() => context.stack());
  if (stack instanceof Failure) {
    return stack.code === "no_such_stack"
      ? stopped([ok("credentials and Region", words.awsAnswers)], "stack outputs", stack, context)
      : stopped([], "credentials and Region", stack, context);
  }
  const known = ok("credentials and Region", whereItIs(target, stack, words));
  const outputs = outputsCheck(stack, target, commands);
  const functionName = stack.outputs.AdminFunctionName;
  if (!functionName)
    return { checks: [known, outputs, ...after("stack outputs", words)], exit: "unreachable" };

  const sent = context.now();
  const view = await attempt(() => stack.admin(functionName).ask({ action: "doctor.check" }));
  const received = context.now();
  if (view instanceof Failure) {
    if (view.code !== "invalid_request") return stopped([known, outputs], "admin function", view, context);
    const older = problem("admin function", words.adminIsOlder, words.run(commands.deploy));
    return { checks: [known, outputs, older, ...after("admin function", words)], exit: view.exit };
  }
  const seen = [
    known,
    outputs,
    ok("admin function", words.adminAnswers(functionName)),
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
  if (!apiUrl) {
    return ([loginName, sessionsName] as const).map((name) => skipped(name, "stack outputs", commands.words));
  }
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
function stopped(before: readonly Check[], name: Name, failure: Failure, context: Context): Examination {
  const { messages } = context;
  const words = messages.doctor;
  const again = words.runAgain(commandsToRun(context.target(), context.messages).weappLogin("doctor"));
  const [, found = "", todo = again] =
    /^(.*?)(?:(?:[.?!] |[。？！])(.+?))?[.?!。？！]?$/s.exec(failure.text(messages)) ?? [];
  return {
    checks: [...before, problem(name, found, lowerCase(todo)), ...after(name, words)],
    exit: failure.exit,
  };
}

function after(name: Name, words: DoctorWords): Check[] {
  return names.slice(names.indexOf(name) + 1).map((later) => skipped(later, name, words));
}

function outputsCheck(
  { outputs, status }: FoundStack,
  { stack }: Target,
  { words, deploy }: CommandsToRun,
): Check {
  const expected = ["ApiUrl", "AdminFunctionName", "AuthorizerFunctionArn", "AppSecretName"];
  const missing = expected.filter((name) => !outputs[name]);
  return missing.length === 0
    ? ok("stack outputs", words.stackIs(stack, status, outputs.ApiUrl ?? ""))
    : problem("stack outputs", words.outputsMissing(stack, status, missing), words.deployForOutputs(deploy));
}

/** Which credentials and which Region, and what says so. */
function whereItIs(
  { laptop, profile, region: asked }: Target,
  { region }: FoundStack,
  words: DoctorWords,
): string {
  if (laptop !== undefined) return words.localStack(laptop);
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_REGION } = process.env;
  const who = profile
    ? words.profile(profile, "--profile")
    : AWS_PROFILE
      ? words.profile(AWS_PROFILE, "AWS_PROFILE")
      : AWS_ACCESS_KEY_ID
        ? words.environmentKey
        : words.defaultCredentials;
  return words.whoAndRegion(who, region, asked ? "--region" : AWS_REGION ? "AWS_REGION" : undefined);
}

function lowerCase(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

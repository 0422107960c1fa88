import { Command, CommanderError, type OutputConfiguration } from "commander";
import { addAccountCommands } from "./commands/accounts.ts";
import { addBindingCommands } from "./commands/bindings.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addSecretCommands } from "./commands/secret.ts";
import { addSessionKeyCommands } from "./commands/session-keys.ts";
import { addSessionCommands } from "./commands/sessions.ts";
import { addTokenCommands } from "./commands/token.ts";
import { addWechatCommand } from "./commands/wechat.ts";
import type { Context } from "./context.ts";
import { exitCodes, Failure, usage } from "./failure.ts";
import { fields, output } from "./output.ts";
import { connect, findStack, laptopUrl, readTarget, type TargetOptions } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** What the command line has of the machine it runs on. */
export interface World {
  readonly terminal: Terminal;
  readonly output: { write(text: string): unknown };
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Runs one command, and resolves to its exit code. */
export async function run(args: readonly string[], world: World): Promise<number> {
  const { terminal, signal, clock, now, pause } = world;
  const words = withLaptopUrl(args);
  const json = optionsOf(words).includes("--json");
  const streams = { output: world.output, errors: terminal.screen };
  const result = output(streams, json);
  let connected: { close(): void } | undefined;

  const program = newProgram({
    writeOut: (text) => {
      streams.output.write(text);
    },
    writeErr: (text) => {
      if (!json) streams.errors.write(text);
    },
    outputError: () => {},
  });
  const target = () => readTarget(program.opts<TargetOptions>());
  const context: Context = {
    terminal,
    output: result,
    signal,
    clock,
    now,
    target,
    async stack() {
      const stack = await findStack(target(), signal, pause);
      connected = stack;
      return stack;
    },
    async deployment() {
      const deployment = await connect(target(), signal, pause);
      connected = deployment;
      return deployment;
    },
  };
  addAccountCommands(program, context);
  addBindingCommands(program, context);
  addSessionCommands(program, context);
  addSessionKeyCommands(program, context);
  addSecretCommands(program, context);
  addTokenCommands(program, context);
  addDoctorCommand(program, context);
  const wechat = addWechatCommand(program, context);
  program.hook("preAction", (_, command) => {
    if (command !== wechat) target();
  });

  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError && error.exitCode === 0)) result.failed(asFailure(error));
  } finally {
    connected?.close();
  }
  return result.exitCode;
}

function newProgram(streams: OutputConfiguration): Command {
  const codes = Object.values(exitCodes).map(({ code, meaning }) => [`  ${code}`, meaning] as const);
  return new Command("weapp-login")
    .description("Accounts, bindings, sessions and the AppSecret of a weapp-login deployment.")
    .option("--stack <name>", "a stack in AWS, with the credentials that the AWS CLI would use")
    .option("--region <region>", "the stack's Region (default: AWS_REGION, or the profile's)")
    .option("--profile <profile>", "a profile of ~/.aws/config (default: AWS_PROFILE)")
    .option("--local [url]", `the laptop that \`npm start\` runs (default: ${laptopUrl})`)
    .option("--endpoint-url <url>", "what answers in AWS's place, as the AWS CLI has it")
    .option("--json", "print exactly one JSON document, errors too: { error: { code, detail } }")
    .version(version(), "--version", "print the version")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(streams)
    .addHelpText(
      "after",
      "\nPasswords and the AppSecret are never arguments: they are typed at a prompt, or piped into standard input.\n" +
        `\nExit codes:\n${fields(codes)}`,
    )
    .exitOverride();
}

/** `--local accounts …` must not take the command for a URL. */
function withLaptopUrl(args: readonly string[]): string[] {
  const options = optionsOf(args).length;
  return args.map((arg, index) => {
    if (arg !== "--local" || index >= options) return arg;
    return isAddress(args[index + 1]) ? arg : `--local=${laptopUrl}`;
  });
}

function optionsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end === -1 ? args : args.slice(0, end);
}

/** `localhost:3002` is none that will do, but is no command either. */
function isAddress(text: string | undefined): boolean {
  return text !== undefined && /^(https?:\/\/.|[\w.-]+:\d+$)/.test(text);
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof CommanderError) return usage(usageDetail(error));
  // A message may quote anything, so only what kind of error it is, and where.
  const [kind, stack] = error instanceof Error ? [error.name, error.stack ?? ""] : [typeof error, ""];
  const place = /^ {4}at .*$/m.exec(stack)?.[0].trim() ?? "";
  return new Failure("unexpected", `Something unexpected went wrong: ${kind} ${place}`.trim());
}

/** Commander's words, without arguments: among them may be a password that somebody thought to be one. */
function usageDetail({ code, message }: CommanderError): string {
  switch (code) {
    case "commander.help":
      return "Name a command.";
    case "commander.excessArguments":
      return "Too many arguments. Passwords and the AppSecret are none: they are typed at a prompt, or piped in.";
    case "commander.unknownOption":
      return `${sentence(message.replace(/=[^']*'/, "'"))} See --help.`;
    default:
      return `${sentence(message)} See --help.`;
  }
}

function sentence(message: string): string {
  const [first = "", suggestion = ""] = message.replace(/^error: /, "").split("\n");
  return `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, "")}. ${suggestion}`.trim();
}

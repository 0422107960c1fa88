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
import { fields, widthOf, wrapped } from "./layout.ts";
import type { Messages, Text } from "./messages/english.ts";
import { languages, messagesFor } from "./messages/languages.ts";
import { columnsOf, output, type Stream } from "./output.ts";
import { connect, findStack, laptopUrl, readTarget, type TargetOptions } from "./target.ts";
import type { Terminal } from "./terminal.ts";
import { localTime } from "./times.ts";
import { version } from "./version.ts";

/** What the command line has of the machine it runs on. */
export interface World {
  readonly terminal: Terminal;
  readonly output: Stream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** `zh_CN.UTF-8`, as the environment names it. */
  readonly locale?: string | undefined;
  /** The machine's unless given. */
  readonly timeZone?: string;
}

/** Runs one command, and resolves to its exit code. */
export async function run(args: readonly string[], world: World): Promise<number> {
  const { terminal, signal, clock, now, pause, locale, timeZone } = world;
  const words = withLaptopUrl(args);
  const options = optionsOf(words);
  const json = options.includes("--json");
  const messages = messagesFor(options, locale);
  const streams = { output: world.output, errors: terminal.screen };
  const result = output(streams, json, messages);
  let connected: { close(): void } | undefined;

  const program = newProgram(messages, {
    getOutHelpWidth: () => helpWidth(streams.output),
    getErrHelpWidth: () => helpWidth(streams.errors),
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
    messages,
    signal,
    clock,
    now,
    time: (iso) => localTime(iso, timeZone),
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
    const { lang } = program.opts<{ lang?: string }>();
    if (lang !== undefined && !languages.has(lang)) throw usage(({ failures }) => failures.lang);
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

/** Without a terminal as wide as most are. */
function helpWidth(stream: Stream): number {
  return stream.isTTY ? columnsOf(stream) : 80;
}

function newProgram({ help }: Messages, streams: OutputConfiguration): Command {
  const exits = ["done", "refused", "usage", "unreachable", "interrupted"] as const;
  const codes = exits.map((exit) => [`  ${exitCodes[exit]}`, help.exitCodes[exit]] as const);
  const titles = new Map(Object.entries(help.titles));
  const inWords = (words: Readonly<Record<string, string>>) => (text: string) =>
    Object.entries(words).reduce((said, [word, words]) => said.replaceAll(word, words), text);
  return new Command("weapp-login")
    .description(help.program)
    .option("--stack <name>", help.stack)
    .option("--region <region>", help.region)
    .option("--profile <profile>", help.profile)
    .option("--local [url]", help.local(laptopUrl))
    .option("--endpoint-url <url>", help.endpointUrl)
    .option("--json", help.json)
    .option("--lang <language>", help.lang)
    .version(version(), "--version", help.version)
    .helpOption("-h, --help", help.help)
    .helpCommand("help [command]", help.help)
    .configureHelp({
      showGlobalOptions: true,
      displayWidth: widthOf,
      boxWrap: wrapped,
      styleTitle: (title) => titles.get(title) ?? title,
      styleUsage: inWords(help.usage),
      styleSubcommandTerm: inWords(help.usage),
    })
    .configureOutput(streams)
    .addHelpText("after", `\n${help.noSecretArguments}\n\n${help.exitCodesTitle}\n${fields(codes)}`)
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
  return new Failure("unexpected", ({ failures }) => failures.unexpected(`${kind} ${place}`));
}

/** Without arguments: among them may be a password that somebody thought to be one. */
function usageDetail({ code, message }: CommanderError): Text {
  switch (code) {
    case "commander.help":
      return ({ failures }) => failures.nameACommand;
    case "commander.excessArguments":
      return ({ failures }) => failures.excessArguments;
    default:
      return ({ failures }) => failures.parser({ code, ...inParts(message.replace(/=[^']*'/, "'")) });
  }
}

/** `error: unknown option '--jsn'`, and `(Did you mean --json?)` on a line of its own. */
function inParts(message: string): {
  sentence: string;
  name?: string | undefined;
  meant?: string | undefined;
} {
  const [first = "", suggestion = ""] = message.replace(/^error: /, "").split("\n");
  return {
    sentence: first.charAt(0).toUpperCase() + first.slice(1).replace(/\.$/, ""),
    name: /'([^']*)'/.exec(first)?.[1],
    meant: /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(suggestion)?.[1],
  };
}

import type { Command } from "commander";
import { sample } from "../../local/sample.ts";
import { startWeChatSimulator, type WeChatSimulator } from "../../simulator/simulator.ts";
import type { AppConfig } from "../../simulator/state/apps.ts";
import type { Context } from "../context.ts";
import { type Failure, usage } from "../failure.ts";
import { npmGone } from "../npm-process.ts";
import { fields, printable } from "../output.ts";

const defaultPort = 3001;
const sampleApp: AppConfig = { appId: sample.appId, secret: sample.appSecret };

/** `wechat`: the WeChat simulator on its own, for a backend in any language. The one command without a deployment. */
export function addWechatCommand(program: Command, context: Context): Command {
  return program
    .command("wechat")
    .description("a stand-in for api.weixin.qq.com on this machine, until Ctrl-C; docs/wechat-simulator.md")
    .option("--port <port>", `where it listens on 127.0.0.1; 0 is any free port (default: ${defaultPort})`)
    .option(
      "--app <app...>",
      "a mini-program as APPID:SECRET or APPID:SECRET:OWNER, once for each; make the secret up; OWNER is the Open " +
        `Platform account it is bound to, for a unionid (default: ${sampleApp.appId}:${sampleApp.secret})`,
    )
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: () => program.options.filter(({ long }) => long === "--json"),
    })
    .action(async (options: { port?: string; app?: string[] }) => {
      refuseDeployment(program.opts());
      const apps = options.app === undefined ? [sampleApp] : readApps(options.app);
      const port = readPort(options.port);
      // Before anything is printed: npm may be killed as soon as that is read, and is then not found any more.
      const end = AbortSignal.any([context.signal, npmGone(context.signal)]);
      const simulator = await startWeChatSimulator({
        apps,
        port,
        onRequest({ advice }) {
          if (advice !== undefined) context.terminal.screen.write(`${advice}\n`);
        },
      }).catch((error: unknown) => {
        throw portFailure(error, port) ?? error;
      });
      try {
        const { url, calls } = simulator;
        context.output.done(
          { url, apps: apps.map(shown), calls, controls: `${url}/_sim/` },
          guide(simulator, apps),
        );
        await aborted(end);
      } finally {
        await simulator.close();
      }
    });
}

function refuseDeployment(options: Readonly<Record<string, unknown>>): void {
  const names = {
    local: "local",
    stack: "stack",
    region: "region",
    profile: "profile",
    endpointUrl: "endpoint-url",
  };
  const [, name] = Object.entries(names).find(([option]) => options[option] !== undefined) ?? [];
  if (name !== undefined) throw usage(`wechat needs no deployment: it does not go with --${name}.`);
}

function readPort(text: string | undefined): number {
  const port = Number(text ?? defaultPort);
  if (text?.trim() === "" || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw usage("--port takes a number from 0 to 65535.");
  }
  return port;
}

function readApps(values: readonly string[]): AppConfig[] {
  const apps = values.map((value) => {
    const [appId, secret, owner, more] = value.split(":");
    // The value is not repeated: there may be a real AppSecret in it.
    if (!appId || !secret || owner === "" || more !== undefined) {
      throw usage("--app takes APPID:SECRET or APPID:SECRET:OWNER, such as wx0123456789abcdef:made-up:acme.");
    }
    return { appId, secret, owner };
  });
  if (new Set(apps.map(({ appId }) => appId)).size < apps.length) {
    throw usage("--app names an AppId twice. Each mini-program has one AppSecret.");
  }
  return apps;
}

function portFailure(error: unknown, port: number): Failure | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const other = `npx weapp-login wechat --port ${port + (port > 65_000 ? -10 : port < 1024 ? 8000 : 10)}`;
  if (code === "EADDRINUSE") {
    return usage(`Port ${port} is taken. End what runs there, or choose another: ${other}`);
  }
  return code === "EACCES" ? usage(`Port ${port} may not be used. Choose another: ${other}`) : undefined;
}

/** Spelt as in the controls. Only the sample's secret: whoever gave another one knows it. */
function shown(app: AppConfig): object {
  return {
    appid: app.appId,
    ...(app === sampleApp && { secret: app.secret }),
    ...(app.owner !== undefined && { owner: app.owner }),
  };
}

function guide({ url, calls }: WeChatSimulator, apps: readonly AppConfig[]): string {
  const rows = apps.map((app, index): [string, string] => [
    index === 0 ? "  mini-programs" : "",
    printable(
      [
        app.appId,
        app === sampleApp && `AppSecret ${app.secret}`,
        app.owner !== undefined && `bound to ${app.owner}`,
      ]
        .filter(Boolean)
        .join("   "),
    ),
  ]);
  const answers = calls.map((call, index): [string, string] => [index === 0 ? "  answers" : "", call]);
  return `The WeChat simulator is ready.

${fields([["  in place of", `https://api.weixin.qq.com   ${url}`], ...rows, ...answers, ["  controls", `${url}/_sim/`]])}

Try it, in another terminal:

curl -s ${url}/_sim/login -d '{"user":"alice"}'

docs/wechat-simulator.md shows a whole login, and every refusal. Ctrl-C ends it.`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

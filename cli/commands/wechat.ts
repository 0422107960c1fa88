import type { Command } from "commander";
import { sample } from "../../local/sample.ts";
import { startWeChatSimulator, type WeChatSimulator } from "../../simulator/simulator.ts";
import type { AppConfig } from "../../simulator/state/apps.ts";
import type { Context } from "../context.ts";
import { type Failure, usage } from "../failure.ts";
import { fields, printable } from "../layout.ts";
import type { Messages } from "../messages/english.ts";
import { npmGone } from "../npm-process.ts";

const defaultPort = 3001;
const sampleApp: AppConfig = { appId: sample.appId, secret: sample.appSecret };

/** `wechat`: the WeChat simulator on its own, for a backend in any language. The one command without a deployment. */
export function addWechatCommand(program: Command, context: Context): Command {
  const { help } = context.messages;
  return program
    .command("wechat")
    .description(help.wechat)
    .option("--port <port>", help.wechatPort(defaultPort))
    .option("--app <app...>", help.wechatApp(`${sampleApp.appId}:${sampleApp.secret}`))
    .configureHelp({
      ...program.configureHelp(),
      showGlobalOptions: true,
      visibleGlobalOptions: () =>
        program.options.filter(({ long }) => long === "--json" || long === "--lang"),
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
          const { results } = context.messages;
          if (advice !== undefined) context.terminal.screen.write(`${results.simulatorAdvice(advice)}\n`);
        },
      }).catch((error: unknown) => {
        throw portFailure(error, port) ?? error;
      });
      try {
        const { url, calls } = simulator;
        context.output.done(
          { url, apps: apps.map(shown), calls, controls: `${url}/_sim/` },
          guide(simulator, apps, context.messages),
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
  if (name !== undefined) throw usage(({ failures }) => failures.wechatAlone(name));
}

function readPort(text: string | undefined): number {
  const port = Number(text ?? defaultPort);
  if (text?.trim() === "" || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw usage(({ failures }) => failures.port);
  }
  return port;
}

function readApps(values: readonly string[]): AppConfig[] {
  const apps = values.map((value) => {
    const [appId, secret, owner, more] = value.split(":");
    // The value is not repeated: there may be a real AppSecret in it.
    if (!appId || !secret || owner === "" || more !== undefined) {
      throw usage(({ failures }) => failures.app);
    }
    return { appId, secret, owner };
  });
  if (new Set(apps.map(({ appId }) => appId)).size < apps.length) {
    throw usage(({ failures }) => failures.appTwice);
  }
  return apps;
}

function portFailure(error: unknown, port: number): Failure | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const other = `npx --no weapp-login wechat --port ${port + (port > 65_000 ? -10 : port < 1024 ? 8000 : 10)}`;
  if (code === "EADDRINUSE") {
    return usage(({ failures }) => failures.portTaken(port, other));
  }
  return code === "EACCES" ? usage(({ failures }) => failures.portForbidden(port, other)) : undefined;
}

/** Spelt as in the controls. Only the sample's secret: whoever gave another one knows it. */
function shown(app: AppConfig): object {
  return {
    appid: app.appId,
    ...(app === sampleApp && { secret: app.secret }),
    ...(app.owner !== undefined && { owner: app.owner }),
  };
}

function guide({ url, calls }: WeChatSimulator, apps: readonly AppConfig[], { results }: Messages): string {
  const rows = apps.map((app, index): [string, string] => [
    index === 0 ? `  ${results.miniPrograms}` : "",
    printable(
      [
        app.appId,
        app === sampleApp && `AppSecret ${app.secret}`,
        app.owner !== undefined && results.boundTo(app.owner),
      ]
        .filter(Boolean)
        .join("   "),
    ),
  ]);
  const answers = calls.map((call, index): [string, string] => [
    index === 0 ? `  ${results.answers}` : "",
    call,
  ]);
  const place: [string, string] = [`  ${results.inPlaceOf}`, `https://api.weixin.qq.com   ${url}`];
  return `${results.simulatorReady}

${fields([place, ...rows, ...answers, [`  ${results.controls}`, `${url}/_sim/`]])}

${results.tryIt}

curl -s ${url}/_sim/login -d '{"user":"alice"}'

${results.simulatorPage}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

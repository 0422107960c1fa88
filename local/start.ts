import { createPlayground, type Playground } from "../playground/server/playground.ts";
import { startWeChatSimulator } from "../simulator/simulator.ts";
import { addSampleAccount, setAppSecrets } from "./after-deploy.ts";
import { appIdsOf, readAssembly } from "./assembly.ts";
import { printGuide } from "./guide.ts";
import { startLaptop } from "./laptop.ts";
import { explained } from "./start-failure.ts";
import { readStartOptions, type StartOptions, usage } from "./start-options.ts";
import { synthesize } from "./synthesize.ts";
import { terminalLine } from "./terminal-line.ts";
import { UsageError } from "./usage-error.ts";

try {
  const options = readStartOptions(process.argv.slice(2), process.env);
  if (options === undefined) console.log(usage);
  else {
    await start(options).catch((error) => {
      throw explained(error, options);
    });
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exit(1);
}

async function start({ context, data, ports, appSecret, weChatUrl }: StartOptions): Promise<void> {
  console.log("Synthesizing the stack (a few seconds the first time) …");
  const assemblyDirectory = await synthesize(context);

  let playground: Playground | undefined;
  const simulator = weChatUrl === undefined ? await startSimulator() : undefined;
  playground = simulator && createPlayground(simulator);
  const laptop = await startLaptop({
    assemblyDirectory,
    weChatUrl: weChatUrl ?? simulator?.url ?? "",
    port: ports.PORT,
    awsPort: ports.AWS_PORT,
    ...(data !== undefined && { dataDirectory: data }),
    ...(playground && {
      watch: playground.watch,
      otherwise: playground.answer,
      intercept: playground.intercept,
    }),
    async setUp(laptop) {
      await setAppSecrets(laptop, appSecret);
      await addSampleAccount(laptop);
      playground?.connect(laptop);
    },
    onLog: (fn, line) => {
      const shown = terminalLine(fn, line);
      if (shown !== undefined) log(fn.label, shown);
    },
  });
  printGuide({
    laptop,
    simulatorUrl: simulator && `http://localhost:${simulator.port}`,
    playgroundUrl: playground && `${laptop.url}/#${playground.key}`,
    weChatUrl,
    dataDirectory: data,
  });

  const stop = async () => {
    // A second Ctrl-C, while this is under way, ends the process the hard way.
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await laptop.close();
    await simulator?.close();
    console.log("\nStopped.");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);

  async function startSimulator() {
    const appIds = appIdsOf(await readAssembly(assemblyDirectory, "WeappLogin"));
    return startWeChatSimulator({
      apps: appIds.map((appId) => ({ appId, secret: appSecret })),
      port: ports.WECHAT_PORT,
      onRequest(request) {
        playground?.weChatCalled(request);
        if (request.advice !== undefined) log("WeChat", request.advice);
      },
    });
  }
}

function log(who: string, line: string): void {
  console.log(`${who.padEnd(10)} ${line}`);
}

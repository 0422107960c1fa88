import type { Command } from "commander";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import type { Context } from "../context.ts";
import { Failure, usage } from "../failure.ts";
import { printable } from "../output.ts";
import { secret } from "../questions.ts";

const whereItIs =
  "The AppSecret is shown, once, at https://mp.weixin.qq.com under 开发管理 > 开发设置 > AppSecret(小程序密钥).";

const beforeRotation =
  `${whereItIs} Reset it there first: the old one stops at that moment, and until the new one is stored here, logins ` +
  "are told to try again.\n";

interface WhichApp {
  readonly appId?: string;
}

const whichApp = ["--app-id <appId>", "which mini-program, where the deployment serves several"] as const;

/** `secret …`: the AppSecret, with which the deployment speaks to WeChat. */
export function addSecretCommands(program: Command, context: Context): void {
  const { terminal, output } = context;
  const secrets = program.command("secret").description("set and rotate the AppSecret of a mini-program");

  secrets
    .command("set")
    .description("store the AppSecret without asking WeChat; it is typed, or read from standard input")
    .option(...whichApp)
    .action(async ({ appId }: WhichApp) => {
      const { admin, apiUrl } = await context.deployment();
      const appSecret = readAppSecret(await secret(terminal, "AppSecret"));
      const answer = await admin
        .ask({ action: "secret.set", ...(appId !== undefined && { appId }), appSecret })
        .catch(inOptions);
      const done = `Stored the AppSecret of ${printable(answer.appId)}. The next login at ${apiUrl} uses it.`;
      output.done(answer, done);
    });

  secrets
    .command("rotate")
    .description("store the AppSecret once WeChat has accepted it; also good for the first one")
    .option(...whichApp)
    .action(async ({ appId }: WhichApp) => {
      const { admin } = await context.deployment();
      if (terminal.interactive) terminal.screen.write(beforeRotation);
      const appSecret = readAppSecret(await secret(terminal, "New AppSecret"));
      if (terminal.interactive) terminal.screen.write("Asking WeChat …\n");
      const answer = await admin
        .ask({ action: "secret.rotate", ...(appId !== undefined && { appId }), appSecret })
        .catch(inOptions);
      output.done(
        answer,
        `WeChat accepts the AppSecret of ${printable(answer.appId)}. Stored: warm instances take it up at their next ` +
          "login, without a redeploy.",
      );
    });
}

/** The admin function names the field of its request. */
function inOptions(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure(error.code, error.message.replace(/^appId must be/, "--app-id must be"));
}

function readAppSecret(typed: string): string {
  const appSecret = typed.trim();
  if (appSecret === appSecretPlaceholder) {
    throw usage(`This is the placeholder that a new stack comes with. ${whereItIs}`);
  }
  if (!/^[0-9a-f]{32}$/i.test(appSecret)) {
    throw usage(`An AppSecret has 32 hexadecimal digits, and this has not. ${whereItIs}`);
  }
  return appSecret;
}

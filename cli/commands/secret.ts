import type { Command } from "commander";
import { appSecretPlaceholder } from "../../functions/environment.ts";
import type { Context } from "../context.ts";
import { usage } from "../failure.ts";
import { printable } from "../output.ts";
import { secret } from "../questions.ts";

const whereItIs =
  "The AppSecret is shown, once, at https://mp.weixin.qq.com under 开发管理 > 开发设置 > AppSecret(小程序密钥).";

/** `secret …`: the AppSecret, with which the deployment speaks to WeChat. */
export function addSecretCommands(program: Command, context: Context): void {
  program
    .command("secret")
    .description("set the AppSecret of a mini-program")
    .command("set")
    .description("store the AppSecret; it is typed, or read from standard input")
    .option("--app-id <appId>", "which mini-program, where the deployment serves several")
    .action(async ({ appId }: { appId?: string }) => {
      const { admin, apiUrl } = await context.deployment();
      const appSecret = readAppSecret(await secret(context.terminal, "AppSecret"));
      const answer = await admin.ask({
        action: "secret.set",
        ...(appId !== undefined && { appId }),
        appSecret,
      });
      const done = `Stored the AppSecret of ${printable(answer.appId)}. The next login at ${apiUrl} uses it.`;
      context.output.done(answer, done);
    });
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

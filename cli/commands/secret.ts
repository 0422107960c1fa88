import type { Command } from "commander";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import type { Context } from "../context.ts";
import { Failure, usage } from "../failure.ts";
import { printable, wrapped } from "../layout.ts";
import { columnsOf } from "../output.ts";
import { secret } from "../questions.ts";

interface WhichApp {
  readonly appId?: string;
}

/** `secret …`: the AppSecret, with which the deployment speaks to WeChat. */
export function addSecretCommands(program: Command, context: Context): void {
  const { terminal, output, messages } = context;
  const { help, results, failures } = messages;
  const whichApp = ["--app-id <appId>", help.whichApp] as const;
  const tell = (text: string) => {
    if (terminal.interactive) terminal.screen.write(`${wrapped(text, columnsOf(terminal.screen))}\n`);
  };
  const secrets = program.command("secret").description(help.secret);

  secrets
    .command("set")
    .description(help.secretSet)
    .option(...whichApp)
    .action(async ({ appId }: WhichApp) => {
      const { admin, apiUrl } = await context.deployment();
      const appSecret = readAppSecret(await secret(terminal, "AppSecret", messages));
      const answer = await admin
        .ask({ action: "secret.set", ...(appId !== undefined && { appId }), appSecret })
        .catch(inOptions);
      output.done(answer, results.secretStored(printable(answer.appId), apiUrl));
    });

  secrets
    .command("rotate")
    .description(help.secretRotate)
    .option(...whichApp)
    .action(async ({ appId }: WhichApp) => {
      const { admin } = await context.deployment();
      tell(results.resetItFirst(failures.whereTheSecretIs));
      const appSecret = readAppSecret(await secret(terminal, "New AppSecret", messages));
      tell(results.askingWeChat);
      const answer = await admin
        .ask({ action: "secret.rotate", ...(appId !== undefined && { appId }), appSecret })
        .catch(inOptions);
      output.done(answer, results.secretRotated(printable(answer.appId)));
    });
}

/** The admin function names the field of its request. */
function inOptions(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure(error.code, (messages) =>
    error.text(messages).replace(/\bappId must be/, "--app-id must be"),
  );
}

function readAppSecret(typed: string): string {
  const appSecret = typed.trim();
  if (appSecret === appSecretPlaceholder) throw usage(({ failures }) => failures.secretIsPlaceholder);
  if (!/^[0-9a-f]{32}$/i.test(appSecret)) throw usage(({ failures }) => failures.notASecret);
  return appSecret;
}

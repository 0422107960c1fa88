import { readEnvironment } from "../../contract/environment.ts";
import { secretsManagerClient } from "../aws/clients.ts";
import { accessTokens } from "../core/access-token.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { secretsManagerAppSecrets } from "../wechat/app-secret.ts";
import { weChatHost } from "../wechat/host.ts";
import { serverCalls } from "../wechat/server-call.ts";
import { stableToken } from "../wechat/stable-token.ts";
import { accessTokenHandler } from "./handler.ts";

const env = readEnvironment("access-token", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const appIds = Object.keys(appSecretArns);
const host = weChatHost(env.WECHAT_BASE_URL, Date.now);
const appSecrets = secretsManagerAppSecrets(secretsManagerClient(), appSecretArns, Date.now);

await warmUp(
  () => host.sockets.open(host.urlOf("/")),
  ...appIds.map((appId) => () => appSecrets.current(appId)),
);

export const handler = shell(
  accessTokenHandler({
    appIds,
    tokens: accessTokens({ stableToken: stableToken(serverCalls(host)), appSecrets, now: Date.now }),
  }),
);

import { readEnvironment } from "../../contract/environment.ts";
import { authorizerHandler } from "../../functions/authorizer/handler.ts";
import { readBoundSession } from "../../functions/dynamodb/authorization.ts";
import { invocations } from "../../functions/runtime/invocation.ts";
import { handSignedClient } from "./hand-signed-client.ts";

/*
 * The authorizer with its one read signed by hand: the limit. Handler, core and adapter are the shipped ones; only the
 * client below them is another, and it is warmed up during INIT, when a Lambda has a whole CPU.
 */
const env = readEnvironment("authorizer", process.env);
const {
  AWS_REGION = "",
  AWS_ACCESS_KEY_ID = "",
  AWS_SECRET_ACCESS_KEY = "",
  AWS_SESSION_TOKEN,
} = process.env;
const client = handSignedClient({
  endpoint: process.env.AWS_ENDPOINT_URL ?? `https://dynamodb.${AWS_REGION}.amazonaws.com`,
  region: AWS_REGION,
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
  },
  now: Date.now,
  random: Math.random,
});
const read = readBoundSession(client, { bindings: env.BINDINGS_TABLE, sessions: env.SESSIONS_TABLE });
await read({ identityKey: new Uint8Array(16), secretHash: new Uint8Array(32) }).catch(() => {});

export const handler = authorizerHandler({
  read,
  now: Date.now,
  begin: invocations(console.log, () => performance.now()),
});

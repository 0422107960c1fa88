import asyncHooks from "node:async_hooks";
import crypto from "node:crypto";
import net from "node:net";
import util from "node:util";
import { failure } from "../simulated-dynamodb.ts";
import { authorizerPost } from "./authorizer-post.ts";
import type { Current } from "./current.ts";
import { sendsAsTheSdk } from "./sdk.ts";
import { weChatRequest } from "./wechat-request.ts";

/** In the place of argon2id's 50 ms of work. */
const hashingMs = 50;

/** What the modules of a function import: nothing of it is real but the computing. `of`: the instance that runs now. */
export function outsideModules(
  current: () => Current | undefined,
  of: () => Current,
): Readonly<Record<string, unknown>> {
  const sdk = sendsAsTheSdk(of);
  // As the code is evaluated nobody runs yet.
  const randomBytes = (size: number) => current()?.runtime.randomBytes(size) ?? Buffer.alloc(size);

  /** Not argon2id, but of the same arguments and as deterministic. */
  function argon2(
    _algorithm: string,
    { message, nonce, tagLength, memory, passes }: Record<string, string | Buffer | number>,
    callback: (error: undefined, tag: Buffer) => void,
  ): void {
    const tag = cheapHash(
      `${memory} ${passes}`,
      String(message),
      Buffer.from(nonce as Buffer),
      Number(tagLength),
    );
    of().runtime.setTimeout(() => callback(undefined, tag), hashingMs);
  }

  return {
    "node:async_hooks": asyncHooks,
    "node:util": util,
    "node:net": net,
    "node:crypto": { ...crypto, randomBytes, randomUUID: () => randomBytes(16).toString("hex"), argon2 },
    "node:timers/promises": {
      setTimeout(ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) {
        const { runtime } = of();
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        const abort = () => reject(failure("AbortError", "The operation was aborted"));
        if (signal?.aborted) abort();
        const timer = runtime.setTimeout(() => {
          signal?.removeEventListener("abort", abort);
          resolve(value);
        }, ms);
        signal?.addEventListener("abort", () => {
          runtime.clearTimeout(timer);
          abort();
        });
        return promise;
      },
    },
    "post.ts": { poster: authorizerPost(of) },
    "bounded-request.ts": { boundedRequest: weChatRequest(of) },
    "fresh-sockets.ts": { freshSockets: () => ({ agent: undefined, dropStale() {}, open: async () => {} }) },
    "@aws-sdk/lib-dynamodb": {
      DynamoDBDocumentClient: { from: (client: unknown) => client },
      ...commands(
        "GetCommand",
        "BatchGetCommand",
        "QueryCommand",
        "PutCommand",
        "UpdateCommand",
        "DeleteCommand",
        "TransactWriteCommand",
      ),
    },
    "@aws-sdk/client-dynamodb": {
      DynamoDBClient: clientThat(sdk.dynamoDb),
      ...commands("DescribeTableCommand", "DescribeTimeToLiveCommand", "DescribeContinuousBackupsCommand"),
    },
    "@aws-sdk/client-lambda": {
      LambdaClient: clientThat(sdk.lambda),
      ...commands("InvokeCommand"),
    },
    "@aws-sdk/client-secrets-manager": {
      SecretsManagerClient: clientThat(sdk.secretsManager),
      ...commands("GetSecretValueCommand", "PutSecretValueCommand"),
    },
  };
}

/** The tag of a password, at no cost. */
export function cheapHash(parameters: string, message: string, salt: Buffer, size: number): Buffer {
  return crypto
    .createHash("shake256", { outputLength: size })
    .update(`${parameters} ${message} `)
    .update(salt)
    .digest();
}

type Send = (command: object, options?: { abortSignal?: AbortSignal }) => Promise<unknown>;

function clientThat(send: Send) {
  return class {
    send = send;
  };
}

/** Classes of these names, which keep what they are made with. */
function commands(...names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        [name]: class {
          readonly input: unknown;
          constructor(input: unknown) {
            this.input = input;
          }
        },
      }[name],
    ]),
  );
}

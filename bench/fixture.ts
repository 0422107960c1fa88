import { createHash } from "node:crypto";
import { type Assembly, variableOf } from "../local/assembly.ts";
import { sample } from "../local/sample.ts";

/** One person with one session, as the functions are asked about them and as the canned tables hold them. */
export interface Fixture {
  /** The events, as JSON: what API Gateway, the login function or an operator would send. */
  readonly events: Readonly<
    Record<"authorizer" | "login" | "session" | "verifier" | "admin" | "hello", string>
  >;
  /** What the services outside answer: by `X-Amz-Target`, or by path. */
  readonly answers: Readonly<Record<string, object>>;
}

const openid = "oZ1OlttHCFiOlq5ETYzQXgx9lEQE";
const { appId, userId, username, password } = sample;
const identityKey = sha256(`${appId}#${openid}`).subarray(0, 16);
const secret = sha256("the one secret of the bench");

/** `sessions`: how many the identity has. */
export function fixture(assembly: Assembly, now: number, sessions = 1): Fixture {
  const name = (variable: string) => variableOf(assembly, variable) ?? "";
  const createdAt = now - 3_600_000;
  const expiresAt = Math.floor(now / 1000) + 86_400;
  const context = {
    userId,
    appId,
    openid,
    sessionHandle: sha256(secret).toString("base64url"),
    generation: 0,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt * 1000).toISOString(),
  };
  const binding = {
    key: { B: identityKey.toString("base64") },
    appId: { S: appId },
    openid: { S: openid },
    userId: { S: userId },
    boundAt: { N: String(createdAt) },
    generation: { N: "0" },
  };
  const session = (secretHash: Buffer) => ({
    identity: { B: identityKey.toString("base64") },
    secretHash: { B: secretHash.toString("base64") },
    userId: { S: userId },
    generation: { N: "0" },
    createdAt: { N: String(createdAt) },
    expiresAt: { N: String(expiresAt) },
    device: { S: "iPhone" },
  });
  const listed = Array.from({ length: sessions }, (_, index) =>
    session(index === 0 ? sha256(secret) : sha256(`session ${index}`)),
  );
  const account = {
    username: { S: username },
    userId: { S: userId },
    passwordHash: { S: weakHash },
    generation: { N: "0" },
  };
  const found = {
    [name("BINDINGS_TABLE")]: [binding],
    [name("SESSIONS_TABLE")]: [session(sha256(secret))],
    [name("ACCOUNTS_TABLE")]: [account],
  };
  return {
    events: {
      authorizer: JSON.stringify({
        ...event("GET /hello", { authorization: `Bearer ${sessionId}` }),
        type: "REQUEST",
        identitySource: [`Bearer ${sessionId}`],
      }),
      login: JSON.stringify({
        ...event("POST /login", { "content-type": "application/json" }),
        body: JSON.stringify({ code: "0e1ABCDE2f3GHIJK4l5MNOPQ6r7STUVW" }),
      }),
      session: JSON.stringify(withContext(event("GET /sessions", {}), context)),
      hello: JSON.stringify(withContext(event("GET /hello", {}), context)),
      verifier: JSON.stringify({ username, password, appId }),
      admin: JSON.stringify({ action: "bindings.find", of: { openid, appId } }),
    },
    answers: {
      "DynamoDB_20120810.BatchGetItem": { Responses: found, UnprocessedKeys: {} },
      "DynamoDB_20120810.GetItem": { Item: { ...binding, ...account } },
      "DynamoDB_20120810.PutItem": {},
      "DynamoDB_20120810.UpdateItem": {},
      "DynamoDB_20120810.DeleteItem": {},
      "DynamoDB_20120810.TransactWriteItems": {},
      "DynamoDB_20120810.Query": { Items: listed, Count: sessions, ScannedCount: sessions },
      "secretsmanager.GetSecretValue": { Name: "AppSecret", SecretString: sample.appSecret },
      "/sns/jscode2session": { openid, session_key: "tiihtNczf5v6AKRyjwEUhQ==" },
    },
  };
}

/** The SessionId that the authorizer is shown. */
export const sessionId = Buffer.concat([identityKey, secret]).toString("base64url");

/** A password's check costs the same whatever comes of it; this is argon2id with the deployed parameters. */
const weakHash = `$argon2id$v=19$m=19456,t=2,p=1$${base64(16)}$${base64(32)}`;

function base64(bytes: number): string {
  return Buffer.alloc(bytes, 7).toString("base64").replaceAll("=", "");
}

function event(routeKey: string, headers: Readonly<Record<string, string>>) {
  const [method = "", path = ""] = routeKey.split(" ");
  const userAgent =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.60 NetType/WIFI";
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: "",
    headers: {
      ...headers,
      "user-agent": userAgent,
      "x-forwarded-for": "203.0.113.7",
      host: "api.example.com",
    },
    requestContext: {
      accountId: "000000000000",
      apiId: "bench",
      domainName: "api.example.com",
      domainPrefix: "api",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "203.0.113.7", userAgent },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey,
      stage: "$default",
      time: "22/Nov/2026:12:00:00 +0000",
      timeEpoch: 1_795_348_800_000,
    },
    isBase64Encoded: false,
  };
}

function withContext<E extends { requestContext: object }>(event: E, context: object) {
  return { ...event, requestContext: { ...event.requestContext, authorizer: { lambda: context } } };
}

function sha256(value: string | Uint8Array): Buffer {
  return createHash("sha256").update(value).digest();
}

import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { HttpLambdaAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  type IFunction,
  type Function as LambdaFunction,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { none } from "../functions/environment.ts";
import { appSecret } from "./app-secret.ts";
import { bundledFunction } from "./bundled-function.ts";
import { LoginApi } from "./login-api.ts";
import { checkProps, type WeappLoginProps } from "./props.ts";
import { Tables } from "./tables.ts";

export type { DomainProps } from "./login-api.ts";
export type { AttemptsProps, WeappLoginProps } from "./props.ts";

const weChatUrl = "https://api.weixin.qq.com";

/** WeChat mini-program login: the API with `/login` and `/session`, and the authorizer for your own routes. */
export class WeappLogin extends Construct {
  readonly api: HttpApi;
  readonly authorizer: HttpLambdaAuthorizer;
  readonly authorizerFunction: IFunction;
  /** Everything operators do: invoke it, and grant its invocation, with IAM. Its requests: `weapp-login/admin`. */
  readonly adminFunction: IFunction;
  /** The AppSecrets by AppId. Their values are set after the deploy; until then login answers `not_configured`. */
  readonly appSecrets: ReadonlyMap<string, Secret>;
  /** Where mini-programs send their requests: the custom domain if there is one. No trailing slash. */
  readonly url: string;
  readonly #api: LoginApi;

  constructor(scope: Construct, id: string, props: WeappLoginProps) {
    super(scope, id);
    checkProps(props);
    const { removalPolicy = RemovalPolicy.RETAIN, attempts = {}, verifier: who = "built-in" } = props;
    const logRetention = props.logRetention ?? RetentionDays.THREE_MONTHS;
    const functions = {
      runtime: props.runtime ?? Runtime.NODEJS_24_X,
      architecture: props.architecture ?? Architecture.ARM_64,
      logRetention,
    };
    const {
      bindings,
      accounts,
      sessions,
      attempts: attemptsTable,
    } = new Tables(this, "Tables", {
      removalPolicy,
      accounts: who === "built-in",
    });
    const appIds = [props.appId, ...(props.otherAppIds ?? [])];
    this.appSecrets = new Map(appIds.map((appId) => [appId, appSecret(this, appId)]));
    const secretArns = [...this.appSecrets.values()].map((secret) => secret.secretArn);
    const APP_SECRETS = Stack.of(this).toJsonString(
      Object.fromEntries([...this.appSecrets].map(([appId, secret]) => [appId, secret.secretArn])),
    );

    const builtInVerifier =
      accounts &&
      bundledFunction(this, "Verifier", {
        ...functions,
        function: "verifier",
        description: "weapp-login: checks username and password",
        environment: { ACCOUNTS_TABLE: accounts.tableName },
        // One vCPU: argon2id is all CPU.
        memorySize: 1_769,
        timeout: Duration.seconds(5),
        reservedConcurrency: props.reservedConcurrency?.verifier,
      });
    if (accounts && builtInVerifier) accounts.grant(builtInVerifier, "dynamodb:GetItem");
    const verifier = typeof who === "object" ? who : builtInVerifier;

    const login = bundledFunction(this, "Login", {
      ...functions,
      function: "login",
      description: "weapp-login: ANY /login",
      environment: {
        APP_SECRETS,
        WECHAT_BASE_URL: weChatUrl,
        BINDINGS_TABLE: bindings.tableName,
        SESSIONS_TABLE: sessions.tableName,
        ATTEMPTS_TABLE: attemptsTable.tableName,
        VERIFIER_FUNCTION: verifier?.functionArn ?? none,
        ONE_IDENTITY_PER_APP: String(props.identitiesPerAccount === "one-per-app"),
        SESSION_LIFETIME_SECONDS: seconds(props.sessionLifetime ?? Duration.hours(24)),
        ATTEMPTS_PER_IDENTITY: String(attempts.perIdentity ?? 10),
        ATTEMPTS_PER_SOURCE_IP: String(attempts.perSourceIp ?? 300),
        ATTEMPTS_PER_USERNAME: String(attempts.perUsername ?? 20),
        ATTEMPTS_WINDOW_SECONDS: seconds(attempts.window ?? Duration.minutes(15)),
      },
      memorySize: 256,
      timeout: Duration.seconds(10),
      reservedConcurrency: props.reservedConcurrency?.login,
    });
    bindings.grant(login, "dynamodb:GetItem", "dynamodb:UpdateItem");
    sessions.grant(login, "dynamodb:PutItem");
    attemptsTable.grant(login, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem");
    allow(login, "secretsmanager:GetSecretValue", ...secretArns);
    if (verifier) allow(login, "lambda:InvokeFunction", verifier.functionArn);

    const session = bundledFunction(this, "Session", {
      ...functions,
      function: "session",
      description: "weapp-login: what a session's owner may do",
      environment: { BINDINGS_TABLE: bindings.tableName, SESSIONS_TABLE: sessions.tableName },
      memorySize: 256,
      timeout: Duration.seconds(10),
    });
    bindings.grant(session, "dynamodb:GetItem", "dynamodb:UpdateItem");
    sessions.grant(session, "dynamodb:Query", "dynamodb:DeleteItem");

    const authorizer = bundledFunction(this, "Authorizer", {
      ...functions,
      function: "authorizer",
      description: "weapp-login: Lambda authorizer",
      environment: { BINDINGS_TABLE: bindings.tableName, SESSIONS_TABLE: sessions.tableName },
      memorySize: 256,
      timeout: Duration.seconds(5),
      reservedConcurrency: props.reservedConcurrency?.authorizer,
    });
    bindings.grant(authorizer, "dynamodb:BatchGetItem");
    sessions.grant(authorizer, "dynamodb:BatchGetItem");
    this.authorizerFunction = authorizer;

    const admin = bundledFunction(this, "Admin", {
      ...functions,
      function: "admin",
      description: "weapp-login: what operators do, invoked with IAM only",
      environment: {
        APP_SECRETS,
        BINDINGS_TABLE: bindings.tableName,
        SESSIONS_TABLE: sessions.tableName,
        ACCOUNTS_TABLE: accounts?.tableName ?? none,
      },
      // One vCPU: it hashes the passwords of an import.
      memorySize: 1_769,
      timeout: Duration.seconds(60),
    });
    bindings.grant(admin, "dynamodb:GetItem", "dynamodb:UpdateItem");
    sessions.grant(admin, "dynamodb:Query", "dynamodb:DeleteItem");
    accounts?.grant(
      admin,
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    );
    allow(admin, "secretsmanager:PutSecretValue", ...secretArns);
    this.adminFunction = admin;

    this.#api = new LoginApi(this, "Api", {
      login,
      authorizer,
      authorizerCache: props.authorizerCache ?? Duration.seconds(0),
      logRetention,
      domain: props.domain,
    });
    const { api, authorizer: httpAuthorizer, url } = this.#api;
    this.api = api;
    this.authorizer = httpAuthorizer;
    this.url = url;
    for (const route of [
      "GET /session",
      "DELETE /session",
      "GET /sessions",
      "DELETE /sessions",
      "DELETE /sessions/{id}",
      "DELETE /binding",
    ]) {
      this.protect(route, session);
    }
  }

  /**
   * Puts one of your own Lambdas behind the authorizer: `login.protect("GET /orders", orders)`. It finds the caller in
   * `event.requestContext.authorizer.lambda`.
   */
  protect(route: string, handler: IFunction): void {
    this.#api.protect(route, handler);
  }
}

function allow(to: LambdaFunction, action: string, ...resources: string[]): void {
  to.addToRolePolicy(new PolicyStatement({ actions: [action], resources }));
}

function seconds(duration: Duration): string {
  return String(duration.toSeconds());
}

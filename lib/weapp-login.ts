import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  type IFunction,
  type Function as LambdaFunction,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { appSecret } from "./app-secret.ts";
import { bundledFunction } from "./bundled-function.ts";
import { Tables } from "./tables.ts";

export interface WeappLoginProps {
  /** The mini-program's AppId (`wx…`). */
  readonly appId: string;
  /** Further mini-programs this deployment serves; each gets an AppSecret of its own. */
  readonly otherAppIds?: readonly string[];
  /** How long a session lives. Default: 24 hours. Replaced by silent login, which nobody notices. */
  readonly sessionLifetime?: Duration;
  /**
   * How long API Gateway may reuse the authorizer's answer. Default: not at all. Whatever you set here is how long a
   * logged-out, unbound or disabled user still gets in.
   */
  readonly authorizerCache?: Duration;
  /** Password attempts before `too_many_attempts`. */
  readonly attempts?: AttemptsProps;
  /** What becomes of bindings and accounts when the stack goes. Default: RETAIN, with deletion protection. */
  readonly removalPolicy?: RemovalPolicy;
  /** Production mini-programs may only call domains that are filed (ICP) and listed in WeChat's console. */
  readonly domain?: DomainProps;
  /** Default: 90 days. */
  readonly logRetention?: RetentionDays;
  /** Default: NODEJS_24_X, which is also the oldest that works. */
  readonly runtime?: Runtime;
  /** Default: ARM_64. */
  readonly architecture?: Architecture;
}

/** Each counted in windows of `window`; 0 switches a limit off. */
export interface AttemptsProps {
  /** Per WeChat identity. Default: 10. */
  readonly perIdentity?: number;
  /** Per source IP address. Default: 300, because carriers put thousands of people behind one address. */
  readonly perSourceIp?: number;
  /** Per username. Default: 20. */
  readonly perUsername?: number;
  /** Default: 15 minutes. */
  readonly window?: Duration;
}

export interface DomainProps {
  /** For instance `login.example.com`. Point it at the output `DomainTarget`. */
  readonly name: string;
  /** ARN of its certificate in AWS Certificate Manager, in the Region of the stack. */
  readonly certificateArn: string;
}

const weChatUrl = "https://api.weixin.qq.com";

/** WeChat mini-program login: the API with `/login` and `/session`, and the authorizer for your own routes. */
export class WeappLogin extends Construct {
  readonly api: HttpApi;
  readonly authorizer: HttpLambdaAuthorizer;
  readonly authorizerFunction: IFunction;
  /** The AppSecrets by AppId. Their values are set after the deploy; until then login answers `not_configured`. */
  readonly appSecrets: ReadonlyMap<string, Secret>;
  /** Where mini-programs send their requests: the custom domain if there is one. No trailing slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WeappLoginProps) {
    super(scope, id);
    const { removalPolicy = RemovalPolicy.RETAIN, attempts = {} } = props;
    const functions = {
      runtime: props.runtime ?? Runtime.NODEJS_24_X,
      architecture: props.architecture ?? Architecture.ARM_64,
      logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
    };
    const {
      bindings,
      accounts,
      sessions,
      attempts: attemptsTable,
    } = new Tables(this, "Tables", removalPolicy);
    const appIds = [props.appId, ...(props.otherAppIds ?? [])];
    this.appSecrets = new Map(appIds.map((appId) => [appId, appSecret(this, appId)]));

    const verifier = bundledFunction(this, "Verifier", {
      ...functions,
      function: "verifier",
      description: "weapp-login: checks username and password",
      environment: { ACCOUNTS_TABLE: accounts.tableName },
      // One vCPU: argon2id is all CPU.
      memorySize: 1_769,
      timeout: Duration.seconds(5),
    });
    accounts.grant(verifier, "dynamodb:GetItem");

    const login = bundledFunction(this, "Login", {
      ...functions,
      function: "login",
      description: "weapp-login: ANY /login",
      environment: {
        APP_SECRETS: Stack.of(this).toJsonString(
          Object.fromEntries([...this.appSecrets].map(([appId, secret]) => [appId, secret.secretArn])),
        ),
        WECHAT_BASE_URL: weChatUrl,
        BINDINGS_TABLE: bindings.tableName,
        SESSIONS_TABLE: sessions.tableName,
        ATTEMPTS_TABLE: attemptsTable.tableName,
        VERIFIER_FUNCTION: verifier.functionName,
        SESSION_LIFETIME_SECONDS: seconds(props.sessionLifetime ?? Duration.hours(24)),
        ATTEMPTS_PER_IDENTITY: String(attempts.perIdentity ?? 10),
        ATTEMPTS_PER_SOURCE_IP: String(attempts.perSourceIp ?? 300),
        ATTEMPTS_PER_USERNAME: String(attempts.perUsername ?? 20),
        ATTEMPTS_WINDOW_SECONDS: seconds(attempts.window ?? Duration.minutes(15)),
      },
      memorySize: 256,
      timeout: Duration.seconds(10),
    });
    bindings.grant(login, "dynamodb:GetItem", "dynamodb:UpdateItem");
    sessions.grant(login, "dynamodb:PutItem");
    attemptsTable.grant(login, "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem");
    allow(
      login,
      "secretsmanager:GetSecretValue",
      ...[...this.appSecrets.values()].map((secret) => secret.secretArn),
    );
    allow(login, "lambda:InvokeFunction", verifier.functionArn);

    const session = bundledFunction(this, "Session", {
      ...functions,
      function: "session",
      description: "weapp-login: /session",
      environment: { SESSIONS_TABLE: sessions.tableName },
      memorySize: 256,
      timeout: Duration.seconds(10),
    });
    sessions.grant(session, "dynamodb:DeleteItem");

    const authorizer = bundledFunction(this, "Authorizer", {
      ...functions,
      function: "authorizer",
      description: "weapp-login: Lambda authorizer",
      environment: { BINDINGS_TABLE: bindings.tableName, SESSIONS_TABLE: sessions.tableName },
      memorySize: 256,
      timeout: Duration.seconds(5),
    });
    bindings.grant(authorizer, "dynamodb:BatchGetItem");
    sessions.grant(authorizer, "dynamodb:BatchGetItem");
    this.authorizerFunction = authorizer;
    this.authorizer = new HttpLambdaAuthorizer("SessionAuthorizer", authorizer, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ["$request.header.Authorization"],
      // CDK's own default is 300 s, during which a logout would do nothing.
      resultsCacheTtl: props.authorizerCache ?? Duration.seconds(0),
    });

    this.api = new HttpApi(this, "Api", { apiName: "weapp-login", createDefaultStage: false });
    this.url = this.stage(functions.logRetention, props.domain);
    this.api.addRoutes({
      path: "/login",
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration("LoginIntegration", login),
    });
    this.protect("GET /session", session);
    this.protect("DELETE /session", session);
  }

  /**
   * Puts one of your own Lambdas behind the authorizer: `login.protect("GET /orders", orders)`. It finds the caller in
   * `event.requestContext.authorizer.lambda`.
   */
  protect(route: string, handler: IFunction): void {
    const [method, path] = /^([A-Z]+) (\/\S*)$/.exec(route)?.slice(1) ?? [];
    if (method === undefined || path === undefined || !(method in HttpMethod)) {
      throw new Error(`A route looks like "GET /orders", and this is "${route}".`);
    }
    this.api.addRoutes({
      path,
      methods: [method as HttpMethod],
      integration: new HttpLambdaIntegration(`${method}${path.replaceAll(/\W+/g, "-")}`, handler),
      authorizer: this.authorizer,
    });
  }

  private stage(retention: RetentionDays, domain: DomainProps | undefined): string {
    const destination = new LogGroup(this, "AccessLog", { retention, removalPolicy: RemovalPolicy.DESTROY });
    const domainName =
      domain &&
      new DomainName(this, "Domain", {
        domainName: domain.name,
        certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificateArn),
      });
    const stage = new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(destination),
        format: accessLogFormat,
      },
      ...(domainName && { domainMapping: { domainName } }),
    });
    if (!domain || !domainName) return stage.url.replace(/\/$/, "");
    const target = new CfnOutput(this, "DomainTarget", {
      value: domainName.regionalDomainName,
      description: `CNAME (or alias) of ${domain.name}`,
    });
    target.overrideLogicalId("DomainTarget");
    return `https://${domain.name}`;
  }
}

/** Names of facts only: neither the query string nor a header may show up in a log. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    time: "$context.requestTimeEpoch",
    sourceIp: "$context.identity.sourceIp",
    route: "$context.routeKey",
    status: "$context.status",
    latency: "$context.responseLatency",
    authorizerStatus: "$context.authorizer.status",
    authorizerLatency: "$context.authorizer.latency",
    error: "$context.error.message",
  }),
);

function allow(to: LambdaFunction, action: string, ...resources: string[]): void {
  to.addToRolePolicy(new PolicyStatement({ actions: [action], resources }));
}

function seconds(duration: Duration): string {
  return String(duration.toSeconds());
}

import { CfnOutput, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Architecture, type IFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { appSecrets, inOutputName } from "./app-secrets.ts";
import { checkProps } from "./check-props.ts";
import { adminFunction } from "./functions/admin-function.ts";
import { authorizerFunction } from "./functions/authorizer-function.ts";
import { loginFunction } from "./functions/login-function.ts";
import { sessionFunction } from "./functions/session-function.ts";
import { verifierFunction } from "./functions/verifier-function.ts";
import { LoginApi } from "./login-api.ts";
import { Monitoring } from "./monitoring/monitoring.ts";
import type { WeappLoginProps } from "./props.ts";
import { authorizerExport, SessionAuthorizer } from "./session-authorizer.ts";
import { Tables } from "./tables.ts";

export type { CorsProps, DomainProps, ThrottleProps } from "./login-api.ts";
export type { AttemptsProps, WeappLoginProps } from "./props.ts";
export { SessionAuthorizer, type SessionAuthorizerProps } from "./session-authorizer.ts";

/** What a session's owner may do. */
const sessionRoutes = [
  "GET /session",
  "DELETE /session",
  "GET /sessions",
  "DELETE /sessions",
  "DELETE /sessions/{id}",
  "DELETE /binding",
];

/**
 * WeChat mini-program login: the API with `/login` and `/session`, and the authorizer for your own routes. One per stack:
 * its outputs (`ApiUrl`, `AdminFunctionName`, …) are what people and the command line find it by.
 */
export class WeappLogin extends Construct {
  readonly api: HttpApi;
  /** For routes of any HTTP API, and through `forRestApi` of any REST API, in this app. */
  readonly authorizer: SessionAuthorizer;
  readonly authorizerFunction: IFunction;
  /** Everything operators do: invoke it, and grant its invocation, with IAM. Its requests: `weapp-login/admin`. */
  readonly adminFunction: IFunction;
  /** The AppSecrets by AppId. Their values are set after the deploy; until then login answers `not_configured`. */
  readonly appSecrets: ReadonlyMap<string, Secret>;
  /** Where mini-programs send their requests: the custom domain if there is one. No trailing slash. */
  readonly url: string;
  /** Alarms, their topic and the dashboard; undefined with `monitoring: false`. */
  readonly monitoring: Monitoring | undefined;
  readonly #api: LoginApi;

  constructor(scope: Construct, id: string, props: WeappLoginProps) {
    super(scope, id);
    const stack = Stack.of(this);
    checkProps(props, stack);
    if (stack.node.findAll().some((other) => other instanceof WeappLogin && other !== this)) {
      throw new Error(
        `The stack ${stack.stackName} has a WeappLogin already: put this one into another stack.`,
      );
    }

    const { removalPolicy = RemovalPolicy.RETAIN, verifier: who = "built-in", encryptionKey } = props;
    const logRetention = props.logRetention ?? RetentionDays.THREE_MONTHS;
    const functionProps = (name?: keyof NonNullable<WeappLoginProps["reservedConcurrency"]>) => ({
      runtime: props.runtime ?? Runtime.NODEJS_24_X,
      architecture: props.architecture ?? Architecture.ARM_64,
      logRetention,
      reservedConcurrency: name && props.reservedConcurrency?.[name],
    });
    const tables = new Tables(this, "Tables", { removalPolicy, accounts: who === "built-in", encryptionKey });
    const secrets = appSecrets(this, [props.appId, ...(props.otherAppIds ?? [])], encryptionKey);
    this.appSecrets = secrets.byAppId;

    const builtIn = tables.accounts && verifierFunction(this, tables.accounts, functionProps("verifier"));
    const verifier = typeof who === "object" ? who : builtIn;
    const login = loginFunction(
      this,
      { tables, appSecrets: secrets, verifier, settings: props },
      functionProps("login"),
    );
    const session = sessionFunction(this, tables, functionProps());
    const authorizer = authorizerFunction(this, tables, functionProps("authorizer"));
    this.authorizerFunction = authorizer;
    this.adminFunction = adminFunction(this, { tables, appSecrets: secrets }, functionProps());

    const { authorizerCache: cache, domain, cors, loginThrottle } = props;
    this.authorizer = new SessionAuthorizer(this.authorizerFunction, cache && { cache });
    this.#api = new LoginApi(this, "Api", {
      login,
      authorizer: this.authorizer,
      logRetention,
      domain,
      cors,
      loginThrottle,
    });
    this.api = this.#api.api;
    this.url = this.#api.url;
    // Asked anew every time: a cached answer, which the owner may choose for routes of their own, could unbind.
    const uncached = new SessionAuthorizer(authorizer);
    for (const route of sessionRoutes) this.#api.protect(route, session, uncached);
    if (props.monitoring ?? true) {
      const watched = { login, session, authorizer, verifier: builtIn, tables, api: this.api };
      const { alarmTopic, alarmEmail } = props;
      this.monitoring = new Monitoring(this, "Monitoring", { ...watched, alarmTopic, alarmEmail });
    }
    this.#addOutputs(props.appId);
  }

  /**
   * Puts one of your own Lambdas behind the authorizer: `login.protect("GET /orders", orders)`. It finds the caller in
   * `event.requestContext.authorizer.lambda`.
   */
  protect(route: string, handler: IFunction): void {
    this.#api.protect(route, handler);
  }

  #addOutputs(appId: string): void {
    const { stackName } = Stack.of(this);
    const output = (name: string, value: string, description: string, exportName?: string) => {
      new CfnOutput(this, name, { value, description, ...(exportName !== undefined && { exportName }) })
        // Without it CDK would put the construct's path and a hash into the name.
        .overrideLogicalId(name);
    };
    output("ApiUrl", this.url, "baseUrl for the mini-program");
    output(
      "AuthorizerFunctionArn",
      this.authorizerFunction.functionArn,
      "For SessionAuthorizer in other stacks",
      authorizerExport(stackName),
    );
    output(
      "AdminFunctionName",
      this.adminFunction.functionName,
      `For the command line: weapp-login --stack ${stackName}`,
    );
    for (const [each, secret] of this.appSecrets) {
      const name = each === appId ? "AppSecretName" : `AppSecretName${inOutputName(each)}`;
      output(name, secret.secretName, `Put the AppSecret of ${each} here`);
    }
  }
}

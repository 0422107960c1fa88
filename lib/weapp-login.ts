import { CfnOutput, Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { OptionalVariable } from "../contract/environment.ts";
import { openDataRoute, phoneRoute, sessionRoutes } from "../contract/session-routes.ts";
import { grantAccessToken } from "./access-token-grant.ts";
import { appSecrets, inOutputName } from "./app-secrets.ts";
import { readProps } from "./check-props.ts";
import { DeployedLogin } from "./deployed-login.ts";
import { type ExportedOutput, exportName } from "./exports.ts";
import { accessTokenFunction } from "./functions/access-token-function.ts";
import { adminFunction } from "./functions/admin-function.ts";
import { authorizerFunction } from "./functions/authorizer-function.ts";
import { isFull, loginFunction } from "./functions/login-function.ts";
import { openDataFunction } from "./functions/open-data-function.ts";
import { phoneFunction } from "./functions/phone-function.ts";
import { sessionFunction } from "./functions/session-function.ts";
import { numbersFunction, verifierFunction } from "./functions/verifier-function.ts";
import { LoginApi } from "./login-api.ts";
import { warnOfLosses } from "./losses.ts";
import { Monitoring } from "./monitoring/monitoring.ts";
import type { ReservedConcurrencyProps, WeappLoginProps } from "./props.ts";
import { SessionAuthorizer } from "./session-authorizer.ts";
import { Tables } from "./tables.ts";

export type { DeployedLogin } from "./deployed-login.ts";
export type {
  AttemptsProps,
  CorsProps,
  DomainProps,
  PhoneProps,
  ReservedConcurrencyProps,
  RiskRankProps,
  ThrottleProps,
  VpcProps,
  WeappLoginProps,
} from "./props.ts";
export { SessionAuthorizer, type SessionAuthorizerProps } from "./session-authorizer.ts";

/** Where it is set, `doctor` asks WeChat for an access token. */
const accessTokensInUse = "ACCESS_TOKENS" satisfies OptionalVariable;

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
  readonly #newAccessTokenFunction: () => LambdaFunction;
  #accessTokenFunction: LambdaFunction | undefined;

  constructor(scope: Construct, id: string, given: WeappLoginProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const props = readProps(given, stack);
    checkPlace(this, stack);

    const { removalPolicy, encryptionKey, logRetention, runtime, architecture, weChatBaseUrl } = props;
    const functionProps = (name?: keyof ReservedConcurrencyProps) => ({
      runtime,
      architecture,
      logRetention,
      reservedConcurrency: name && props.reservedConcurrency[name],
    });
    const talksToWeChat = (name?: keyof ReservedConcurrencyProps) => ({
      ...functionProps(name),
      network: props.vpc,
    });
    const { phone, sessionKeys } = props;
    // Then a number makes an account, which it must be found by.
    const numbersOnly = phone !== undefined && props.verifier === "none";
    const accounts = props.verifier === "built-in" || numbersOnly;
    const tables = new Tables(this, "Tables", { removalPolicy, accounts, sessionKeys, encryptionKey });
    const secrets = appSecrets(this, [props.appId, ...props.otherAppIds], encryptionKey);
    this.appSecrets = secrets.byAppId;

    const builtIn =
      tables.accounts &&
      (numbersOnly
        ? numbersFunction(this, tables.accounts, functionProps())
        : verifierFunction(this, tables.accounts, phone !== undefined, functionProps("verifier")));
    const knowsNumbers = typeof props.verifier === "object" ? props.verifier : builtIn;
    const verifier = numbersOnly ? undefined : knowsNumbers;
    const phoneVerifier = phone && knowsNumbers;
    const login = loginFunction(
      this,
      { tables, appSecrets: secrets, verifier, phoneVerifier, settings: props },
      talksToWeChat("login"),
    );
    const session = sessionFunction(this, tables, functionProps());
    const openData = tables.sessionKeys && openDataFunction(this, tables.sessionKeys, functionProps());
    const ofPhone =
      phone &&
      phoneFunction(this, { tables, appSecrets: secrets, weChatBaseUrl, settings: phone }, talksToWeChat());
    const numberInContext = phone?.numberInContext ?? false;
    const authorizer = authorizerFunction(this, tables, numberInContext, functionProps("authorizer"));
    this.authorizerFunction = authorizer;
    const behindApi = { login, session, authorizer };
    const admin = adminFunction(
      this,
      { tables, appSecrets: secrets, weChatBaseUrl, behindApi, verifier, numbersOnly },
      talksToWeChat(),
    );
    this.adminFunction = admin;

    const { domain, cors, loginThrottle } = props;
    this.authorizer = new SessionAuthorizer(authorizer, { cache: props.authorizerCache });
    this.#api = new LoginApi(this, "Api", { login, logRetention, domain, cors, loginThrottle });
    this.api = this.#api.api;
    this.url = this.#api.url;
    // An answer that was reused there could still end sessions, or unbind, after a logout.
    const uncached = new SessionAuthorizer(authorizer);
    for (const route of sessionRoutes) this.#api.routes.add(route, session, uncached);
    if (openData) this.#api.routes.add(openDataRoute, openData, uncached);
    if (ofPhone) this.#api.routes.add(phoneRoute, ofPhone, uncached);
    if (props.monitoring) {
      const watched = {
        login,
        session,
        openData,
        phone: ofPhone,
        authorizer,
        verifier: builtIn,
        tables,
        api: this.api,
      };
      const { alarmTopic, alarmEmail, runbookUrl } = props;
      this.monitoring = new Monitoring(this, "Monitoring", {
        ...watched,
        alarmTopic,
        alarmEmail,
        runbookUrl,
      });
    }
    this.#addOutputs(props.appId, uncached.idOn(this.api));
    this.#newAccessTokenFunction = () => {
      const made = accessTokenFunction(this, { appSecrets: secrets, weChatBaseUrl }, talksToWeChat());
      admin.addEnvironment(accessTokensInUse, "yes");
      this.monitoring?.watchAlarmsOf("AccessToken", made);
      this.#addExport("AccessTokenFunctionArn", made.functionArn, "For grantAccessToken in other stacks");
      return made;
    };
    if (isFull(props)) admin.addEnvironment(accessTokensInUse, "yes");
    if (props.accessTokens) this.#accessTokenFunction = this.#newAccessTokenFunction();
    warnOfLosses(this, props);
  }

  /** The login of a stack that is deployed in the same account and Region, by that stack's name, for further routes. */
  static fromStack(scope: Construct, id: string, stackName: string): DeployedLogin {
    return new DeployedLogin(scope, id, stackName);
  }

  /**
   * Puts one of your own Lambdas behind the authorizer: `login.protect("GET /orders", orders)`. It finds the caller in
   * `event.requestContext.authorizer.lambda`.
   */
  protect(route: string, handler: IFunction): void {
    this.#api.routes.add(route, handler, this.authorizer);
  }

  /**
   * Lets a Lambda of yours borrow WeChat's access token, with `accessToken()` of `weapp-login/access-token`: it may invoke
   * the function that lends it, and sees neither the AppSecret nor a table. `WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION` in its
   * environment says where that is.
   */
  grantAccessToken(fn: IFunction): void {
    this.#accessTokenFunction ??= this.#newAccessTokenFunction();
    grantAccessToken(fn, this.#accessTokenFunction.functionArn);
  }

  #addOutputs(appId: string, authorizerId: string): void {
    const { stackName } = Stack.of(this);
    this.#addExport("ApiUrl", this.url, "baseUrl for the mini-program");
    this.#addExport("ApiId", this.api.apiId, "For WeappLogin.fromStack");
    this.#addExport("AuthorizerId", authorizerId, "For routes of other stacks on this API");
    this.#addExport(
      "AuthorizerFunctionArn",
      this.authorizerFunction.functionArn,
      "For SessionAuthorizer in other stacks",
    );
    this.#addOutput(
      "AdminFunctionName",
      this.adminFunction.functionName,
      `For the command line: weapp-login --stack ${stackName}`,
    );
    for (const [each, secret] of this.appSecrets) {
      const name = each === appId ? "AppSecretName" : `AppSecretName${inOutputName(each)}`;
      this.#addOutput(name, secret.secretName, `Put the AppSecret of ${each} here`);
    }
  }

  #addExport(name: ExportedOutput, value: string, description: string): void {
    this.#addOutput(name, value, description, { exportName: exportName(Stack.of(this).stackName, name) });
  }

  #addOutput(name: string, value: string, description: string, more: { exportName?: string } = {}): void {
    new CfnOutput(this, name, { value, description, ...more })
      // Without it CDK would put the construct's path and a hash into the name.
      .overrideLogicalId(name);
  }
}

function checkPlace(login: WeappLogin, stack: Stack): void {
  if (stack.nested) {
    throw new Error(
      "WeappLogin cannot be in a nested stack: people and the command line find it by the outputs of a stack of its own name.",
    );
  }
  if (stack.node.findAll().some((other) => other instanceof WeappLogin && other !== login)) {
    throw new Error(
      `The stack ${stack.stackName} has a WeappLogin already: put this one into another stack.`,
    );
  }
}

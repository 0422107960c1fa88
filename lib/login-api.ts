import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnStage,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import type { SessionAuthorizer } from "./session-authorizer.ts";

export interface DomainProps {
  /** For instance `login.example.com`. Point it at the output `DomainTarget`. */
  readonly name: string;
  /** ARN of its certificate in AWS Certificate Manager, in the Region of the stack. */
  readonly certificateArn: string;
}

export interface CorsProps {
  /** For instance `https://h5.example.com`; `*` for every site. */
  readonly allowOrigins: readonly string[];
}

/** Beyond it, API Gateway answers 429, which clients take for `retry`. */
export interface ThrottleProps {
  readonly ratePerSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

export interface LoginApiProps {
  readonly login: IFunction;
  readonly authorizer: SessionAuthorizer;
  readonly logRetention: RetentionDays;
  readonly domain?: DomainProps | undefined;
  readonly cors?: CorsProps | undefined;
  readonly loginThrottle?: ThrottleProps | undefined;
}

const loginPath = "/login";

const openOnPurpose = {
  id: "AwsSolutions-APIG4",
  reason:
    "/login is where a session begins: nobody who calls it has one. WeChat's one-time code, and limits of attempts, stand before it.",
};

/** Without OPTIONS: a preflight that meets a route is not answered by API Gateway but sent to the function. */
const methodsButOptions = [
  HttpMethod.GET,
  HttpMethod.HEAD,
  HttpMethod.POST,
  HttpMethod.PUT,
  HttpMethod.PATCH,
  HttpMethod.DELETE,
];

/** The HTTP API: `ANY /login` is open, everything else is behind the authorizer. */
export class LoginApi extends Construct {
  readonly api: HttpApi;
  /** The custom domain if there is one. No trailing slash. */
  readonly url: string;
  readonly #accessLog: LogGroup;
  readonly #authorizer: SessionAuthorizer;
  readonly #cors: boolean;

  constructor(scope: Construct, id: string, props: LoginApiProps) {
    super(scope, id);
    this.#authorizer = props.authorizer;
    this.#cors = props.cors !== undefined;
    this.api = new HttpApi(this, "Http", {
      apiName: "weapp-login",
      createDefaultStage: false,
      ...(props.cors && { corsPreflight: corsPreflight(props.cors) }),
    });
    this.#accessLog = new LogGroup(this, "AccessLog", {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = this.#addStage(props.domain);
    this.url = props.domain ? `https://${props.domain.name}` : stage.url.replace(/\/$/, "");
    const methods = props.cors ? methodsButOptions : [HttpMethod.ANY];
    const loginRoutes = this.api.addRoutes({
      path: loginPath,
      methods,
      integration: new HttpLambdaIntegration("LoginIntegration", props.login),
    });
    for (const route of loginRoutes) acknowledge(route, openOnPurpose);
    if (props.loginThrottle) {
      const keys = methods.map((method) => `${method} ${loginPath}`);
      throttle(stage, keys, props.loginThrottle, loginRoutes);
    }
  }

  /** `authorizer`: the owner's, unless said otherwise. */
  protect(route: string, handler: IFunction, authorizer = this.#authorizer): void {
    const [method, path] = /^([A-Z]+) (\/\S*)$/.exec(route)?.slice(1) ?? [];
    if (this.#cors && (method === HttpMethod.ANY || method === HttpMethod.OPTIONS)) {
      throw new Error(
        `With cors, "${route}" would catch the browser's preflight, which has no session: name the methods instead.`,
      );
    }
    if (method === undefined || path === undefined || !(method in HttpMethod)) {
      throw new Error(`A route looks like "GET /orders", and this is "${route}".`);
    }
    this.api.addRoutes({
      path,
      methods: [method as HttpMethod],
      integration: new HttpLambdaIntegration(`${method}${path.replaceAll(/\W+/g, "-")}`, handler),
      authorizer,
    });
  }

  #addStage(domain: DomainProps | undefined): HttpStage {
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
        destination: new LogGroupLogDestination(this.#accessLog),
        format: accessLogFormat,
      },
      ...(domainName && { domainMapping: { domainName } }),
    });
    if (domain && domainName) {
      const target = new CfnOutput(this, "DomainTarget", {
        value: domainName.regionalDomainName,
        description: `CNAME (or alias) of ${domain.name}`,
      });
      target.overrideLogicalId("DomainTarget");
    }
    return stage;
  }
}

function corsPreflight({ allowOrigins }: CorsProps) {
  return {
    allowOrigins: [...allowOrigins],
    // Named, because older browsers take `*` for the name of a method.
    allowMethods: methodsButOptions.map((method) => CorsHttpMethod[method]),
    allowHeaders: ["authorization", "content-type"],
    // Without these the SDK can neither correct a wrong clock nor name a request that the gateway itself refused.
    exposeHeaders: ["retry-after", "date", "apigw-requestid"],
    maxAge: Duration.hours(1),
  };
}

/**
 * CDK throttles whole stages only. The settings of single routes are plain JSON in CloudFormation, in its own spelling,
 * and the stage cannot be made before the routes are there.
 */
function throttle(
  stage: HttpStage,
  routeKeys: readonly string[],
  { ratePerSecond, burst }: ThrottleProps,
  routes: readonly HttpRoute[],
): void {
  const resource = stage.node.defaultChild;
  if (!(resource instanceof CfnStage)) throw new Error("The stage has no resource.");
  const settings = { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst };
  resource.addPropertyOverride("RouteSettings", Object.fromEntries(routeKeys.map((key) => [key, settings])));
  resource.node.addDependency(...routes);
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
    authorizerError: "$context.authorizer.error",
    integrationLatency: "$context.integrationLatency",
    error: "$context.error.message",
  }),
);

import { ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnStage,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import type { CorsProps, DomainProps, ThrottleProps } from "./props.ts";
import { loginPath, ProtectedRoutes } from "./protected-routes.ts";

export interface LoginApiProps {
  readonly login: IFunction;
  readonly logRetention: RetentionDays;
  readonly domain?: DomainProps | undefined;
  readonly cors?: CorsProps | undefined;
  readonly loginThrottle?: ThrottleProps | undefined;
}

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

/** The HTTP API: `ANY /login` is open, everything else is behind an authorizer. */
export class LoginApi extends Construct {
  readonly api: HttpApi;
  /** The custom domain if there is one. No trailing slash. */
  readonly url: string;
  readonly routes: ProtectedRoutes;
  readonly #accessLog: LogGroup;

  constructor(scope: Construct, id: string, props: LoginApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, "Http", {
      apiName: "weapp-login",
      createDefaultStage: false,
      ...(props.cors && { corsPreflight: corsPreflight(props.cors) }),
    });
    this.routes = new ProtectedRoutes(this, {
      cors: props.cors !== undefined,
      add: ({ method, ...route }) => void this.api.addRoutes({ methods: [method], ...route }),
    });
    this.#accessLog = new LogGroup(this, "AccessLog", {
      // Every other group is put into a policy of the account's, which is full after some 20 of them.
      logGroupName: `/aws/vendedlogs/apigateway/${Stack.of(this).stackName}`,
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
        destination: { bind: () => ({ destinationArn: arnOf(this.#accessLog) }) },
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

/** Without the `:*` of CDK's own: API Gateway does not keep it, and drift detection would report it for ever. */
function arnOf({ stack, logGroupName }: LogGroup): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return stack.formatArn({ service: "logs", resource: "log-group", resourceName: logGroupName, arnFormat });
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

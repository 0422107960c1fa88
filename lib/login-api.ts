import { CfnOutput, type Duration, RemovalPolicy } from "aws-cdk-lib";
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
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

export interface DomainProps {
  /** For instance `login.example.com`. Point it at the output `DomainTarget`. */
  readonly name: string;
  /** ARN of its certificate in AWS Certificate Manager, in the Region of the stack. */
  readonly certificateArn: string;
}

export interface LoginApiProps {
  readonly login: IFunction;
  readonly authorizer: IFunction;
  readonly authorizerCache: Duration;
  readonly logRetention: RetentionDays;
  readonly domain?: DomainProps | undefined;
}

/** The HTTP API: `ANY /login` is open, everything else is behind the authorizer. */
export class LoginApi extends Construct {
  readonly api: HttpApi;
  readonly authorizer: HttpLambdaAuthorizer;
  /** The custom domain if there is one. No trailing slash. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: LoginApiProps) {
    super(scope, id);
    this.authorizer = new HttpLambdaAuthorizer("SessionAuthorizer", props.authorizer, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ["$request.header.Authorization"],
      // Always said: CDK's own default is 300 s, during which a logout would do nothing.
      resultsCacheTtl: props.authorizerCache,
    });
    this.api = new HttpApi(this, "Http", { apiName: "weapp-login", createDefaultStage: false });
    this.url = this.addStage(props);
    this.api.addRoutes({
      path: "/login",
      methods: [HttpMethod.ANY],
      integration: new HttpLambdaIntegration("LoginIntegration", props.login),
    });
  }

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

  private addStage({ logRetention, domain }: LoginApiProps): string {
    const accessLog = new LogGroup(this, "AccessLog", {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
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
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessLogFormat },
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
    authorizerError: "$context.authorizer.error",
    integrationLatency: "$context.integrationLatency",
    error: "$context.error.message",
  }),
);

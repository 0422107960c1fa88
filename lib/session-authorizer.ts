import { Duration, Fn } from "aws-cdk-lib";
import { IdentitySource, RequestAuthorizer, type RestApiBase } from "aws-cdk-lib/aws-apigateway";
import type {
  HttpRouteAuthorizerBindOptions,
  HttpRouteAuthorizerConfig,
  IHttpApi,
  IHttpRouteAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { type IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

export interface SessionAuthorizerProps {
  /**
   * How long API Gateway may reuse an answer. Default: not at all. Whatever you set here is how long a logged-out,
   * unbound or disabled user still gets in.
   */
  readonly cache?: Duration;
}

/** The export that other stacks find the authorizer by. */
export function authorizerExport(stackName: string): string {
  return `${stackName}:AuthorizerFunctionArn`;
}

/**
 * Lets requests through to your Lambdas only with a live session. One of these serves any number of APIs: give it to
 * routes of HTTP APIs as their `authorizer`, and to methods of a REST API by `forRestApi`.
 */
export class SessionAuthorizer implements IHttpRouteAuthorizer {
  readonly #function: IFunction;
  readonly #cache: Duration;
  readonly #ofHttpApi = new Map<IHttpApi, HttpLambdaAuthorizer>();
  readonly #ofRestApi = new Map<RestApiBase, RequestAuthorizer>();

  constructor(authorizerFunction: IFunction, { cache = Duration.seconds(0) }: SessionAuthorizerProps = {}) {
    this.#function = authorizerFunction;
    this.#cache = cache;
  }

  /**
   * The authorizer of a stack that is deployed in the same account and Region, by that stack's name. CloudFormation
   * keeps that stack from being deleted for as long as yours uses it.
   */
  static fromStack(
    scope: Construct,
    id: string,
    stackName: string,
    props?: SessionAuthorizerProps,
  ): SessionAuthorizer {
    return SessionAuthorizer.fromFunctionArn(scope, id, Fn.importValue(authorizerExport(stackName)), props);
  }

  /** The same by the output `AuthorizerFunctionArn`, in the same account and Region. */
  static fromFunctionArn(
    scope: Construct,
    id: string,
    functionArn: string,
    props?: SessionAuthorizerProps,
  ): SessionAuthorizer {
    // Without `sameEnvironment` CDK leaves out API Gateway's permission to invoke it, and every request fails with 500.
    const imported = LambdaFunction.fromFunctionAttributes(scope, id, { functionArn, sameEnvironment: true });
    return new SessionAuthorizer(imported, props);
  }

  /** Called by CDK for each route of an HTTP API. CDK's own authorizer serves one API only. */
  bind(options: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    const { httpApi } = options.route;
    let authorizer = this.#ofHttpApi.get(httpApi);
    if (!authorizer) {
      authorizer = new HttpLambdaAuthorizer("SessionAuthorizer", this.#function, {
        responseTypes: [HttpLambdaResponseType.SIMPLE],
        identitySource: ["$request.header.Authorization"],
        // Always said: CDK's own default is 300 s, during which a logout would do nothing.
        resultsCacheTtl: this.#cache,
      });
      this.#ofHttpApi.set(httpApi, authorizer);
    }
    return authorizer.bind(options);
  }

  /** For `addMethod("GET", integration, { authorizer })` of this REST API. Its Lambdas read `sessionOf(event)` too. */
  forRestApi(api: RestApiBase): RequestAuthorizer {
    let authorizer = this.#ofRestApi.get(api);
    if (!authorizer) {
      authorizer = new RequestAuthorizer(api, "SessionAuthorizer", {
        handler: this.#function,
        identitySources: [IdentitySource.header("Authorization")],
        resultsCacheTtl: this.#cache,
      });
      this.#ofRestApi.set(api, authorizer);
    }
    return authorizer;
  }
}

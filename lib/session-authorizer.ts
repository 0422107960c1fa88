import { Duration, Fn, Stack } from "aws-cdk-lib";
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
   * How long API Gateway may reuse an answer, an hour at most. Default: not at all. Whatever you set here is how long a
   * logged-out, unbound or disabled user still gets in.
   */
  readonly cache?: Duration;
}

const longestCacheSeconds = 3_600;

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
    if (cache.toSeconds() > longestCacheSeconds) throw new Error("cache must be an hour or less.");
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
      authorizer = new HttpLambdaAuthorizer(this.#id, this.#function, {
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
      authorizer = new RequestAuthorizer(api, this.#id, {
        handler: this.#functionFor(api),
        identitySources: [IdentitySource.header("Authorization")],
        resultsCacheTtl: this.#cache,
      });
      this.#ofRestApi.set(api, authorizer);
    }
    return authorizer;
  }

  /** An API may have routes with different caches: those are different authorizers. */
  get #id(): string {
    const seconds = this.#cache.toSeconds();
    return seconds === 0 ? "SessionAuthorizer" : `SessionAuthorizer${seconds}s`;
  }

  /** CDK puts a REST API's permission next to the function: of two stacks, each would then wait for the other. */
  #functionFor(api: RestApiBase): IFunction {
    const { functionArn } = this.#function;
    if (Stack.of(api) === Stack.of(this.#function)) return this.#function;
    return LambdaFunction.fromFunctionAttributes(api, `${this.#id}Function`, {
      functionArn,
      sameEnvironment: true,
    });
  }
}

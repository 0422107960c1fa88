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

/** API Gateway's own limit. */
const longestCacheSeconds = 3_600;

/** The authorizers that APIs already have. */
const ofHttpApis = new WeakMap<IHttpApi, Map<string, HttpLambdaAuthorizer>>();
const ofRestApis = new WeakMap<RestApiBase, Map<string, RequestAuthorizer>>();

/** Throws for a cache that API Gateway would refuse, under the name that its setting has. */
export function checkCache(name: string, cache: Duration): void {
  if (cache.toSeconds() > longestCacheSeconds) throw new Error(`${name} must be an hour or less.`);
}

/** The export that other stacks find the authorizer by. */
export function authorizerExport(stackName: string): string {
  return `${stackName}:AuthorizerFunctionArn`;
}

/**
 * Lets requests through to your Lambdas only with a live session. One of these serves any number of APIs: give it to
 * routes of HTTP APIs as their `authorizer`, and to methods of a REST API by `forRestApi`. An API may have several: those
 * of the same function and cache are one authorizer there.
 */
export class SessionAuthorizer implements IHttpRouteAuthorizer {
  readonly #function: IFunction;
  readonly #cache: Duration;

  constructor(authorizerFunction: IFunction, { cache = Duration.seconds(0) }: SessionAuthorizerProps = {}) {
    checkCache("cache", cache);
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
    const make = (id: string) =>
      new HttpLambdaAuthorizer(id, this.#function, {
        responseTypes: [HttpLambdaResponseType.SIMPLE],
        identitySource: ["$request.header.Authorization"],
        // Always said: CDK's own default is 300 s, during which a logout would do nothing.
        resultsCacheTtl: this.#cache,
      });
    return this.#findOrMake(ofHttpApis, options.route.httpApi, options.scope, make).bind(options);
  }

  /** For `addMethod("GET", integration, { authorizer })` of this REST API. Its Lambdas read `sessionOf(event)` too. */
  forRestApi(api: RestApiBase): RequestAuthorizer {
    const make = (id: string) =>
      new RequestAuthorizer(api, id, {
        handler: this.#functionFor(api, id),
        identitySources: [IdentitySource.header("Authorization")],
        resultsCacheTtl: this.#cache,
      });
    return this.#findOrMake(ofRestApis, api, api, make);
  }

  #findOrMake<Api extends object, Authorizer>(
    known: WeakMap<Api, Map<string, Authorizer>>,
    api: Api,
    scope: Construct,
    make: (id: string) => Authorizer,
  ): Authorizer {
    const ofThisApi = known.get(api) ?? new Map<string, Authorizer>();
    known.set(api, ofThisApi);
    const key = JSON.stringify([whichFunction(this.#function, scope), this.#cache.toSeconds()]);
    const authorizer = ofThisApi.get(key) ?? make(this.#freeId(scope));
    ofThisApi.set(key, authorizer);
    return authorizer;
  }

  /**
   * An API may have routes with different caches, or of different functions: those are different authorizers. The name
   * of a further function is made of its place and not of a number, so that no two swap theirs in a later deploy.
   */
  #freeId(scope: Construct): string {
    const seconds = this.#cache.toSeconds();
    const id = seconds === 0 ? "SessionAuthorizer" : `SessionAuthorizer${seconds}s`;
    return scope.node.tryFindChild(id) ? `${id}Of${this.#function.node.addr.slice(-8)}` : id;
  }

  /** CDK puts a REST API's permission next to the function: of two stacks, each would then wait for the other. */
  #functionFor(api: RestApiBase, id: string): IFunction {
    const { functionArn } = this.#function;
    if (Stack.of(api) === Stack.of(this.#function)) return this.#function;
    return LambdaFunction.fromFunctionAttributes(api, `${id}Function`, {
      functionArn,
      sameEnvironment: true,
    });
  }
}

/**
 * Equal for the same function only. An ARN that is imported or spelt out tells by itself; an attribute of a resource
 * does not, because another stack may have one of the same logical id: there it is the function's own token.
 */
function whichFunction({ functionArn }: IFunction, scope: Construct): string {
  const resolved = JSON.stringify(Stack.of(scope).resolve(functionArn));
  return /"(Ref|Fn::GetAtt)":/.test(resolved) ? functionArn : resolved;
}

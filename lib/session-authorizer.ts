import { createHash } from "node:crypto";
import { type Duration, Fn, Stack, Token } from "aws-cdk-lib";
import { IdentitySource, RequestAuthorizer, type RestApiBase } from "aws-cdk-lib/aws-apigateway";
import type {
  HttpApi,
  HttpRouteAuthorizerBindOptions,
  HttpRouteAuthorizerConfig,
  IHttpRouteAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { type IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import * as v from "valibot";
import { isElsewhere } from "./elsewhere.ts";
import { assertStackName, exportName } from "./exports.ts";
import { assertInvokable } from "./invokable.ts";
import { authorizerPropSchemas, functionSchema } from "./prop-schemas.ts";
import { readBy } from "./schemas.ts";

export interface SessionAuthorizerProps {
  /**
   * How long API Gateway may reuse an answer, an hour at most. Whatever you set here is how long a logged-out, unbound or
   * disabled user still gets in.
   *
   * @default Duration.seconds(0)
   */
  readonly cache?: Duration;
}

/** The authorizers that APIs already have. */
const ofHttpApis = new WeakMap<object, Map<string, HttpLambdaAuthorizer>>();
const ofRestApis = new WeakMap<object, Map<string, RequestAuthorizer>>();

/**
 * Lets requests through to your Lambdas only with a live session. One of these serves any number of APIs: give it to
 * routes of HTTP APIs as their `authorizer`, and to methods of a REST API by `forRestApi`. An API may have several: those
 * of the same function and cache are one authorizer there.
 */
export class SessionAuthorizer implements IHttpRouteAuthorizer {
  readonly #function: IFunction;
  readonly #cache: Duration;

  constructor(authorizerFunction: IFunction, props: SessionAuthorizerProps = {}) {
    if (!v.is(functionSchema, authorizerFunction)) {
      throw new Error(`authorizerFunction must be ${functionSchema.message}.`);
    }
    this.#function = authorizerFunction;
    this.#cache = readBy(authorizerPropSchemas, props).cache;
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
    assertStackName(stackName);
    const functionArn = Fn.importValue(exportName(stackName, "AuthorizerFunctionArn"));
    return SessionAuthorizer.fromFunctionArn(scope, id, functionArn, props);
  }

  /** The same by the output `AuthorizerFunctionArn`, in the same account and Region. */
  static fromFunctionArn(
    scope: Construct,
    id: string,
    functionArn: string,
    props?: SessionAuthorizerProps,
  ): SessionAuthorizer {
    checkFunctionArn(functionArn, Stack.of(scope));
    // Without `sameEnvironment` CDK leaves out API Gateway's permission to invoke it, and every request fails with 500.
    const imported = LambdaFunction.fromFunctionAttributes(scope, id, { functionArn, sameEnvironment: true });
    return new SessionAuthorizer(imported, props);
  }

  /** Called by CDK for each route of an HTTP API. CDK's own authorizer serves one API only. */
  bind(options: HttpRouteAuthorizerBindOptions): HttpRouteAuthorizerConfig {
    const make = (id: string) =>
      new HttpLambdaAuthorizer(id, this.#function, {
        authorizerName: uniqueName(options.scope, id),
        responseTypes: [HttpLambdaResponseType.SIMPLE],
        identitySource: ["$request.header.Authorization"],
        // Always said: CDK's own default is 300 s, during which a logout would do nothing.
        resultsCacheTtl: this.#cache,
      });
    return this.#findOrMake(ofHttpApis, options.route.httpApi, options.scope, make).bind(options);
  }

  /** Its id on an API that has a route with it, for routes of other stacks. Throws where there is none. */
  idOn(api: HttpApi): string {
    const authorizer = ofHttpApis.get(api)?.get(this.#key(api));
    if (!authorizer) throw new Error("The API has no route with this authorizer.");
    return authorizer.authorizerId;
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
    assertInvokable("authorizerFunction", this.#function, Stack.of(scope));
    const ofThisApi = known.get(api) ?? new Map<string, Authorizer>();
    known.set(api, ofThisApi);
    const key = this.#key(scope);
    const authorizer = ofThisApi.get(key) ?? make(this.#freeId(scope));
    ofThisApi.set(key, authorizer);
    return authorizer;
  }

  #key(scope: Construct): string {
    return JSON.stringify([whichFunction(this.#function, scope), this.#cache.toSeconds()]);
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

/** Throws for what is no ARN of a function, and for one of another account or Region where that can be known. */
function checkFunctionArn(functionArn: unknown, { account, region }: Stack): void {
  if (Token.isUnresolved(functionArn)) return;
  const form = /^arn:[\w-]+:lambda:([\w-]+):(\d{12}):function:[\w-]+$/;
  const [, ofRegion, ofAccount = ""] = (typeof functionArn === "string" && form.exec(functionArn)) || [];
  if (ofRegion === undefined || isElsewhere(ofRegion, region) || isElsewhere(ofAccount, account)) {
    throw new Error(
      `functionArn must be the ARN of the authorizer function in the account and Region of the stack (the output AuthorizerFunctionArn), and is ${JSON.stringify(functionArn)}.`,
    );
  }
}

/** API Gateway wants a name only once on an API, and an API may have authorizers of several stacks. */
function uniqueName(scope: Construct, id: string): string {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return `${id}-${stack.stackName.slice(0, 64)}-${hash(`${stack.stackName}/${scope.node.path}`)}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/**
 * Equal for the same function only. An ARN that is imported or spelt out tells by itself; an attribute of a resource
 * does not, because another stack may have one of the same logical id: there it is the function's own token.
 */
function whichFunction({ functionArn }: IFunction, scope: Construct): string {
  const resolved = JSON.stringify(Stack.of(scope).resolve(functionArn));
  return /"(Ref|Fn::GetAtt)":/.test(resolved) ? functionArn : resolved;
}

import { Fn } from "aws-cdk-lib";
import {
  HttpApi,
  HttpAuthorizer,
  HttpRoute,
  HttpRouteKey,
  type IHttpApi,
  type IHttpRouteAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { openDataRoute, phoneRoute, sessionRoutes } from "../contract/session-routes.ts";
import { grantAccessToken } from "./access-token-grant.ts";
import { assertStackName, exportName } from "./exports.ts";
import { loginPath, ProtectedRoutes } from "./protected-routes.ts";

/** Whether the deployed stack has these is not known here; where it has none today, it may have them tomorrow. */
const optionalRoutes = [openDataRoute, phoneRoute];

/**
 * The login of a deployed stack: a mini-program has one filed domain and so one API, which further apps put their routes
 * on. CloudFormation keeps that stack's API and authorizer for as long as one of them uses it.
 */
export class DeployedLogin extends Construct {
  readonly api: IHttpApi;
  /** The login's own authorizer, which reuses no answer. */
  readonly authorizer: IHttpRouteAuthorizer;
  /** Where mini-programs send their requests. No trailing slash. */
  readonly url: string;
  readonly #stackName: string;
  readonly #routes: ProtectedRoutes;

  constructor(scope: Construct, id: string, stackName: string) {
    super(scope, id);
    assertStackName(stackName);
    this.#stackName = stackName;
    this.url = Fn.importValue(exportName(stackName, "ApiUrl"));
    this.api = HttpApi.fromHttpApiAttributes(this, "Api", {
      httpApiId: Fn.importValue(exportName(stackName, "ApiId")),
      apiEndpoint: this.url,
    });
    this.authorizer = HttpAuthorizer.fromHttpAuthorizerAttributes(this, "Authorizer", {
      authorizerId: Fn.importValue(exportName(stackName, "AuthorizerId")),
      authorizerType: "CUSTOM",
    });
    this.#routes = new ProtectedRoutes(this, {
      taken: [`ANY ${loginPath}`, ...sessionRoutes],
      add: ({ path, method, ...route }) =>
        new HttpRoute(this, `${method} ${path}`, {
          httpApi: this.api,
          routeKey: HttpRouteKey.with(path, method),
          ...route,
        }),
    });
  }

  /**
   * Puts a Lambda behind the authorizer: `login.protect("GET /orders", orders)`. Throws for the login's own routes, those
   * of `phone` and `sessionKeys` included. With `cors` on the API, a route of `ANY` or `OPTIONS` catches browsers'
   * preflights: name the methods there.
   */
  protect(route: string, handler: IFunction): void {
    if (optionalRoutes.includes(route)) {
      throw new Error(
        `"${route}" is the login's own wherever it has phone or sessionKeys, and is kept for it: take another path.`,
      );
    }
    this.#routes.add(route, handler, this.authorizer);
  }

  /**
   * Lets a Lambda of yours borrow WeChat's access token, with `accessToken()` of `weapp-login/access-token`. The deployed
   * stack needs `accessTokens: true`: without it, CloudFormation refuses this one's deploy because no stack exports
   * `STACK:AccessTokenFunctionArn`.
   */
  grantAccessToken(fn: IFunction): void {
    grantAccessToken(fn, Fn.importValue(exportName(this.#stackName, "AccessTokenFunctionArn")));
  }
}

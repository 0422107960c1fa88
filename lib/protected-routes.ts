import { Stack } from "aws-cdk-lib";
import { HttpMethod, type IHttpRouteAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import * as v from "valibot";
import { assertInvokable } from "./invokable.ts";
import { functionSchema } from "./prop-schemas.ts";

export const loginPath = "/login";

export interface ProtectedRoutesProps {
  /** Adds a route to the API. */
  readonly add: (route: ProtectedRoute) => void;
  /** Routes that the API has already. */
  readonly taken?: readonly string[];
  /** Whether a route must not catch a browser's preflight. */
  readonly cors?: boolean;
}

export interface ProtectedRoute {
  readonly method: HttpMethod;
  readonly path: string;
  readonly integration: HttpLambdaIntegration;
  readonly authorizer: IHttpRouteAuthorizer;
}

/** Lambdas behind an authorizer, at routes of the login's own API. */
export class ProtectedRoutes {
  readonly #stack: Stack;
  readonly #add: (route: ProtectedRoute) => void;
  readonly #cors: boolean;
  readonly #taken: Set<string>;
  readonly #integrations = new Map<IFunction, HttpLambdaIntegration>();

  constructor(scope: Construct, { add, taken = [], cors = false }: ProtectedRoutesProps) {
    this.#stack = Stack.of(scope);
    this.#add = add;
    this.#cors = cors;
    this.#taken = new Set(taken.map(asTheGatewaySeesIt));
  }

  add(route: string, handler: IFunction, authorizer: IHttpRouteAuthorizer): void {
    const [method, path] = this.#read(route);
    if (!v.is(functionSchema, handler))
      throw new Error(`The handler of "${route}" must be ${functionSchema.message}.`);
    assertInvokable(`The handler of "${route}"`, handler, this.#stack);
    this.#taken.add(asTheGatewaySeesIt(route));
    this.#add({ method, path, integration: this.#integrationOf(handler), authorizer });
  }

  #read(route: string): readonly [HttpMethod, string] {
    const [, name = "", path = ""] = /^([A-Z]+) (\/.*)$/.exec(route) ?? [];
    const method = Object.values(HttpMethod).find((it) => it === name);
    if (!method || !isPath(path)) {
      throw new Error(`A route looks like "GET /orders/{id}", without a query, and this is "${route}".`);
    }
    if (path === loginPath) throw new Error(`"${route}" is the login itself, which has to stay open.`);
    if (this.#taken.has(asTheGatewaySeesIt(route))) {
      throw new Error(`The API has "${route}" already, or one that differs in the names of variables only.`);
    }
    if (this.#cors && (method === HttpMethod.ANY || method === HttpMethod.OPTIONS)) {
      throw new Error(
        `With cors, "${route}" would catch the browser's preflight, which has no session: name the methods instead.`,
      );
    }
    return [method, path];
  }

  /** One for all routes of a function, with one permission: of one for each route, its policy could hold some 50. */
  #integrationOf(handler: IFunction): HttpLambdaIntegration {
    const id = `${handler.node.id}-${handler.node.addr.slice(-8)}`;
    const known = this.#integrations.get(handler);
    const integration = known ?? new HttpLambdaIntegration(id, handler, { scopePermissionToRoute: false });
    this.#integrations.set(handler, integration);
    return integration;
  }
}

/** `/orders/{id}/{rest+}`: a variable is a whole segment, no two have one name, and what takes the rest is the last. */
function isPath(path: string): boolean {
  if (!/^(\/([\w.~!$&'()*,;=:@%-]+|\{[\w.-]+\}))*(\/\{[\w.-]+\+\})?$|^\/$/.test(path)) return false;
  const names = [...path.matchAll(/\{([\w.-]+)/g)].map(([, name]) => name);
  return new Set(names).size === names.length;
}

function asTheGatewaySeesIt(route: string): string {
  return route.replaceAll(/\{[\w.-]+/g, "{");
}

import type { Resource, StackTemplate } from "../template.ts";
import { invokedBy, list, text } from "../template-shapes.ts";

export interface RouteDescription {
  /** `GET /session`, `ANY /login` or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
  readonly authorizer?: AuthorizerDescription;
}

export interface AuthorizerDescription {
  readonly authorizerId: string;
  readonly functionArn: string;
  readonly payloadFormat: string;
  /** Names of request headers, in lower case. */
  readonly identityHeaders: readonly string[];
  readonly cacheSeconds: number;
}

/**
 * The routes that a stack puts on an HTTP API, its own or one of another stack, which may have these authorizers already.
 * Throws for what the gateway would not honour.
 */
export function describeRoutes(
  { all, ref }: StackTemplate,
  deployed: readonly AuthorizerDescription[] = [],
): RouteDescription[] {
  const integrations = new Map(all("AWS::ApiGatewayV2::Integration").map((it) => [ref(it.logicalId), it]));
  const own = all("AWS::ApiGatewayV2::Authorizer").map((it) => describeAuthorizer(ref(it.logicalId), it));
  const authorizers = new Map([...deployed, ...own].map((it) => [it.authorizerId, it]));
  return all("AWS::ApiGatewayV2::Route").map(({ RouteKey, Target, AuthorizerId }) => {
    const integration = integrations.get(text(Target).replace(/^integrations\//, ""));
    const authorizer = AuthorizerId === undefined ? undefined : authorizers.get(text(AuthorizerId));
    if (AuthorizerId !== undefined && !authorizer) {
      throw new Error(`Nothing says what the authorizer of ${RouteKey} is.`);
    }
    return {
      routeKey: text(RouteKey),
      functionArn: text(integration?.IntegrationUri),
      ...(authorizer && { authorizer }),
    };
  });
}

function describeAuthorizer(authorizerId: string, it: Resource): AuthorizerDescription {
  return {
    authorizerId,
    functionArn: invokedBy(it.AuthorizerUri),
    payloadFormat: text(it.AuthorizerPayloadFormatVersion),
    identityHeaders: list(it.IdentitySource).map((source) => {
      const header = /^\$request\.header\.(.+)$/.exec(text(source))?.[1];
      if (header === undefined) throw new Error(`The local stack knows no identity source ${source}.`);
      return header.toLowerCase();
    }),
    cacheSeconds: Number(it.AuthorizerResultTtlInSeconds ?? 300),
  };
}

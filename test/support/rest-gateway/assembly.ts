import type { PolicyStatement } from "../../../local/aws/iam.ts";
import type { Place } from "../../../local/intrinsics.ts";
import { readTemplate, type StackTemplate } from "../../../local/template.ts";
import { invokedBy, list, text } from "../../../local/template-shapes.ts";

/** A stage of a REST API, which is what can be called. */
export interface RestApiDescription {
  readonly apiId: string;
  readonly stage: string;
  readonly place: Place;
  readonly methods: readonly RestMethodDescription[];
  /** What API Gateway may invoke: Lambda permissions as statements per function, their source being the resource. */
  readonly permissions: ReadonlyMap<string, readonly PolicyStatement[]>;
  /** Whether bodies are bytes, which events and results hold in base64. */
  readonly binary: boolean;
}

export interface RestMethodDescription {
  /** `GET`, …, or `ANY`. */
  readonly httpMethod: string;
  /** `/orders/{id}`. */
  readonly resourcePath: string;
  readonly resourceId: string;
  readonly functionArn: string;
  readonly authorizer?: RestAuthorizerDescription;
}

export interface RestAuthorizerDescription {
  readonly authorizerId: string;
  readonly functionArn: string;
  readonly identitySources: readonly { readonly from: "header" | "querystring"; readonly name: string }[];
  readonly cacheSeconds: number;
}

type Properties = Readonly<Record<string, unknown>>;

/**
 * Every stage of every REST API of a stack in `cdk.out`. Throws for what the gateway would not honour (API keys, resource
 * policies, IAM, mocks).
 */
export async function readRestApis(
  ...[directory, stackName, region, imports]: Parameters<typeof readTemplate>
): Promise<RestApiDescription[]> {
  return describeRestApis(await readTemplate(directory, stackName, region, imports));
}

function describeRestApis({ all, ref, place }: StackTemplate): RestApiDescription[] {
  const apis = new Map(all("AWS::ApiGateway::RestApi").map((it) => [ref(it.logicalId), it]));
  const deployments = new Map(all("AWS::ApiGateway::Deployment").map((it) => [ref(it.logicalId), it]));
  const resources = new Map(all("AWS::ApiGateway::Resource").map((it) => [ref(it.logicalId), it]));
  const authorizers = new Map(
    all("AWS::ApiGateway::Authorizer").map((it) => [ref(it.logicalId), describeAuthorizer(ref, it)]),
  );
  const methods = all("AWS::ApiGateway::Method");
  const permissions = permissionsOf(all("AWS::Lambda::Permission"));

  const pathOf = (resourceId: string): string => {
    const resource = resources.get(resourceId);
    return resource ? `${pathOf(text(resource.ParentId))}/${text(resource.PathPart)}` : "";
  };

  const describeMethod = (it: Properties): RestMethodDescription => {
    const { HttpMethod, ResourceId, AuthorizationType, AuthorizerId, ApiKeyRequired } = it;
    const integration = Object(it.Integration);
    refuse(integration.Type !== "AWS_PROXY", `an integration of the type ${integration.Type}`);
    refuse(ApiKeyRequired === true, "API keys");
    refuse(
      AuthorizationType !== "CUSTOM" && AuthorizationType !== "NONE",
      `authorization by ${AuthorizationType}`,
    );
    const authorizer = AuthorizationType === "CUSTOM" ? authorizers.get(text(AuthorizerId)) : undefined;
    refuse(AuthorizationType === "CUSTOM" && !authorizer, "an authorizer of another stack");
    return {
      httpMethod: text(HttpMethod),
      resourcePath: pathOf(text(ResourceId)) || "/",
      resourceId: text(ResourceId),
      functionArn: invokedBy(integration.Uri),
      ...(authorizer && { authorizer }),
    };
  };

  return all("AWS::ApiGateway::Stage").map((stage) => {
    const apiId = text(stage.RestApiId);
    const api: Properties = apis.get(apiId) ?? {};
    refuse(deployments.get(text(stage.DeploymentId))?.RestApiId !== apiId, "a stage without a deployment");
    refuse(api.Policy !== undefined, "a resource policy");
    refuse(api.Body !== undefined || api.BodyS3Location !== undefined, "an OpenAPI definition");
    const binaryMediaTypes = list(api.BinaryMediaTypes ?? []);
    refuse(
      binaryMediaTypes.some((type) => type !== "*/*"),
      "binary media types other than */*",
    );
    return {
      apiId,
      stage: text(stage.StageName),
      place,
      methods: methods.filter(({ RestApiId }) => RestApiId === apiId).map(describeMethod),
      permissions,
      binary: binaryMediaTypes.length > 0,
    };
  });
}

function describeAuthorizer(
  ref: (logicalId: string) => string,
  it: Properties & { readonly logicalId: string },
): RestAuthorizerDescription {
  const cacheSeconds = Number(it.AuthorizerResultTtlInSeconds ?? 300);
  const identitySource = text(it.IdentitySource ?? "");
  refuse(it.Type !== "REQUEST", `an authorizer of the type ${it.Type}`);
  // Everybody would get what the first one was given. API Gateway deploys no such authorizer.
  refuse(
    cacheSeconds > 0 && identitySource === "",
    "an authorizer with a cache and without identity sources",
  );
  return {
    authorizerId: ref(it.logicalId),
    functionArn: invokedBy(it.AuthorizerUri),
    identitySources: identitySource
      .split(",")
      .filter((source) => source !== "")
      .map((source) => {
        const [, from, name = ""] = /^method\.request\.(header|querystring)\.(.+)$/.exec(source.trim()) ?? [];
        if (from !== "header" && from !== "querystring") {
          throw new Error(`The local stack knows no identity source ${source}.`);
        }
        return { from, name };
      }),
    cacheSeconds,
  };
}

function permissionsOf(permissions: readonly Properties[]): Map<string, PolicyStatement[]> {
  const byFunction = new Map<string, PolicyStatement[]>();
  for (const { FunctionName, Principal, Action, SourceArn } of permissions) {
    if (Principal !== "apigateway.amazonaws.com") continue;
    const statements = byFunction.get(text(FunctionName)) ?? [];
    statements.push({ Effect: "Allow", Action: text(Action), Resource: text(SourceArn ?? "*") });
    byFunction.set(text(FunctionName), statements);
  }
  return byFunction;
}

function refuse(found: boolean, what: string): void {
  if (found) throw new Error(`The laptop's REST APIs do not know ${what}.`);
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { none } from "../contract/environment.ts";
import { type RestApiDescription, restApisOf } from "../test/support/rest-gateway/assembly.ts";
import type { TableDescription } from "./aws/dynamodb-tables.ts";
import { type PolicyStatement, parsePolicy } from "./aws/iam.ts";
import { type CorsDescription, describeCors } from "./gateway/cors.ts";
import { type Place, resolver, type Template, type TemplateResource } from "./intrinsics.ts";
import { invokedBy, list, record, strings, text } from "./template-shapes.ts";

/** A stack out of `cdk.out`, with every name and ARN resolved: all that the laptop runs comes from here. */
export interface Assembly {
  readonly place: Place;
  readonly functions: readonly FunctionDescription[];
  readonly tables: readonly TableDescription[];
  readonly secrets: readonly { readonly arn: string; readonly name: string; readonly value: string }[];
  readonly routes: readonly RouteDescription[];
  /** Of the HTTP API; undefined: pages in a browser may not call it. */
  readonly cors?: CorsDescription | undefined;
  readonly restApis: readonly RestApiDescription[];
  readonly outputs: Readonly<Record<string, string>>;
  /** What other stacks may import. */
  readonly exports: Readonly<Record<string, string>>;
}

export interface FunctionDescription {
  readonly logicalId: string;
  /** `login`, `authorizer`, …: the logical id without what CDK adds. */
  readonly label: string;
  readonly name: string;
  readonly arn: string;
  /** Directory of the bundle that a deploy would upload. */
  readonly directory: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly policy: readonly PolicyStatement[];
  readonly logGroup: { readonly name: string; readonly arn: string };
  /** Whether Lambda reports on every invocation, and not only on those that failed. */
  readonly reportsSuccess: boolean;
  /** Whether API Gateway has the permission to invoke it. */
  readonly invokableByGateway: boolean;
}

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

/** Resources of one type with their properties, intrinsics resolved. */
export type ResourcesOf = (type: string) => ({ readonly logicalId: string } & Record<string, unknown>)[];

/** Reads the stack `stackName` from `directory`, as if it were deployed in `region`, where there are these exports. */
export async function readAssembly(
  directory: string,
  stackName: string,
  region = "us-east-1",
  imports: Readonly<Record<string, string>> = {},
): Promise<Assembly> {
  const template: Template = JSON.parse(
    await readFile(join(directory, `${stackName}.template.json`), "utf8"),
  );
  const assets = await readAssets(directory, stackName);
  const place = { partition: "aws", region, accountId: "000000000000", stackName };
  const resolve = resolver(template, place, imports);
  const ref = (logicalId: string) => String(resolve({ Ref: logicalId }));
  const arn = (logicalId: string) => String(resolve({ "Fn::GetAtt": [logicalId, "Arn"] }));

  const all: ResourcesOf = (type) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => ({ logicalId, ...properties(resource, resolve) }));

  const policies = all("AWS::IAM::Policy");
  const permissions = all("AWS::Lambda::Permission");
  const integrations = new Map(all("AWS::ApiGatewayV2::Integration").map((it) => [ref(it.logicalId), it]));
  const authorizers = new Map(
    all("AWS::ApiGatewayV2::Authorizer").map(({ logicalId, ...it }) => [
      ref(logicalId),
      describeAuthorizer(ref(logicalId), it),
    ]),
  );
  const outputs = Object.entries(template.Outputs ?? {});

  return {
    place,
    functions: all("AWS::Lambda::Function").map((it) => ({
      logicalId: it.logicalId,
      label: it.logicalId
        .replace(/[0-9A-F]{8}$/, "")
        .replace(/^Login(?=.)/, "")
        .toLowerCase(),
      name: ref(it.logicalId),
      arn: arn(it.logicalId),
      directory: assets(text(record(it.Code).S3Key)),
      handler: text(it.Handler),
      // What Lambda does where the template says nothing.
      timeoutSeconds: Number(it.Timeout ?? 3),
      memorySize: Number(it.MemorySize ?? 128),
      environment: strings(record(it.Environment ?? {}).Variables ?? {}),
      roleArn: text(it.Role),
      policy: policies
        .filter((policy) => list(policy.Roles).some((role) => text(it.Role).endsWith(`:role/${role}`)))
        .flatMap((policy) => parsePolicy(policy.PolicyDocument)),
      logGroup: logGroup(text(logging(it).LogGroup ?? `/aws/lambda/${ref(it.logicalId)}`), place),
      reportsSuccess: logging(it).SystemLogLevel !== "WARN",
      invokableByGateway: permissions.some(
        (permission) =>
          permission.FunctionName === arn(it.logicalId) &&
          permission.Principal === "apigateway.amazonaws.com" &&
          permission.Action === "lambda:InvokeFunction",
      ),
    })),
    tables: all("AWS::DynamoDB::GlobalTable").map(({ logicalId, ...it }) => table(ref(logicalId), it)),
    secrets: all("AWS::SecretsManager::Secret").map(({ logicalId, SecretString }) => ({
      arn: ref(logicalId),
      name: `${stackName}-${logicalId}`,
      value: text(SecretString),
    })),
    routes: all("AWS::ApiGatewayV2::Route").map((it) => {
      const integration = integrations.get(text(it.Target).replace(/^integrations\//, ""));
      const authorizer = it.AuthorizerId === undefined ? undefined : authorizers.get(text(it.AuthorizerId));
      return {
        routeKey: text(it.RouteKey),
        functionArn: text(integration?.IntegrationUri),
        ...(authorizer && { authorizer }),
      };
    }),
    cors: describeCors(all("AWS::ApiGatewayV2::Api")[0]?.CorsConfiguration),
    restApis: restApisOf({ all, ref, place }),
    outputs: Object.fromEntries(outputs.map(([name, { Value }]) => [name, text(resolve(Value))])),
    exports: Object.fromEntries(
      outputs.flatMap(([, { Value, Export }]) =>
        Export ? [[text(resolve(Export.Name)), text(resolve(Value))]] : [],
      ),
    ),
  };
}

/** What functions find under this variable (`BINDINGS_TABLE`); undefined where this deployment does without it. */
export function variableOf({ functions }: Assembly, name: string): string | undefined {
  const value = functions.flatMap(({ environment }) => environment[name] ?? [])[0];
  return value === none ? undefined : value;
}

/** The mini-programs that this deployment serves. */
export function appIdsOf(assembly: Assembly): string[] {
  return Object.keys(JSON.parse(variableOf(assembly, "APP_SECRETS") ?? "{}"));
}

/** Where the file asset of an S3 key lies on disk. */
async function readAssets(directory: string, stackName: string): Promise<(s3Key: string) => string> {
  const manifest: unknown = JSON.parse(await readFile(join(directory, `${stackName}.assets.json`), "utf8"));
  const files = record(record(manifest).files);
  return (s3Key) => {
    const file = files[s3Key.replace(/\.zip$/, "")];
    return join(directory, text(record(record(file).source).path));
  };
}

function properties(
  resource: TemplateResource,
  resolve: (value: unknown) => unknown,
): Record<string, unknown> {
  return record(resolve(resource.Properties ?? {}));
}

function table(name: string, it: Record<string, unknown>): TableDescription {
  const keys = new Map(
    list(it.KeySchema).map((key) => [record(key).KeyType, text(record(key).AttributeName)]),
  );
  const sortKey = keys.get("RANGE");
  const replica = record(list(it.Replicas)[0]);
  const recovery = record(replica.PointInTimeRecoverySpecification ?? {});
  const timeToLive = record(it.TimeToLiveSpecification ?? {});
  return {
    name,
    attributes: list(it.AttributeDefinitions).map((definition) => {
      const { AttributeName, AttributeType } = record(definition);
      return { name: text(AttributeName), type: AttributeType as "S" | "N" | "B" };
    }),
    partitionKey: text(keys.get("HASH")),
    ...(sortKey !== undefined && { sortKey }),
    ...(timeToLive.Enabled === true && { timeToLiveAttribute: text(timeToLive.AttributeName) }),
    pointInTimeRecovery: recovery.PointInTimeRecoveryEnabled === true,
    deletionProtection: replica.DeletionProtectionEnabled === true,
  };
}

function describeAuthorizer(authorizerId: string, it: Record<string, unknown>): AuthorizerDescription {
  return {
    authorizerId,
    functionArn: invokedBy(it.AuthorizerUri),
    payloadFormat: text(it.AuthorizerPayloadFormatVersion),
    identityHeaders: list(it.IdentitySource).map((source) => {
      const header = /^\$request\.header\.(.+)$/.exec(text(source))?.[1];
      if (header === undefined) throw new Error(`The laptop knows no identity source ${source}.`);
      return header.toLowerCase();
    }),
    cacheSeconds: Number(it.AuthorizerResultTtlInSeconds ?? 300),
  };
}

function logging(it: Record<string, unknown>): Record<string, unknown> {
  return record(it.LoggingConfig ?? {});
}

function logGroup(name: string, { partition, region, accountId }: Place) {
  return { name, arn: `arn:${partition}:logs:${region}:${accountId}:log-group:${name}:*` };
}

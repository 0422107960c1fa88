import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { none } from "../contract/environment.ts";
import type { TableDescription } from "./aws/dynamodb/tables.ts";
import { type PolicyStatement, parsePolicy } from "./aws/iam.ts";
import { type CorsDescription, describeCors } from "./gateway/cors.ts";
import {
  type AuthorizerDescription,
  describeRoutes,
  type RouteDescription,
} from "./gateway/described-routes.ts";
import type { Place } from "./intrinsics.ts";
import { type Resource, readTemplate, type StackTemplate } from "./template.ts";
import { list, record, strings, text } from "./template-shapes.ts";

/** A stack out of `cdk.out`, with every name and ARN resolved: all that the laptop runs comes from here. */
export interface Assembly {
  readonly place: Place;
  readonly functions: readonly FunctionDescription[];
  readonly tables: readonly TableDescription[];
  readonly secrets: readonly { readonly arn: string; readonly name: string; readonly value: string }[];
  readonly routes: readonly RouteDescription[];
  /** Of the HTTP API; undefined: pages in a browser may not call it. */
  readonly cors?: CorsDescription | undefined;
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

/**
 * Reads the stack `stackName` from `directory`, as if it were deployed in `region`, where there are these exports, and
 * these authorizers on an API that is imported.
 */
export async function readAssembly(
  directory: string,
  stackName: string,
  region?: string,
  imports?: Readonly<Record<string, string>>,
  authorizers?: readonly AuthorizerDescription[],
): Promise<Assembly> {
  const template = await readTemplate(directory, stackName, region, imports);
  const { place, outputs, all, ref, resolve } = template;
  return {
    place,
    functions: describeFunctions(template, await readAssets(directory, stackName)),
    tables: all("AWS::DynamoDB::GlobalTable").map((it) => describeTable(ref(it.logicalId), it)),
    secrets: all("AWS::SecretsManager::Secret").map(({ logicalId, SecretString }) => ({
      arn: ref(logicalId),
      name: `${stackName}-${logicalId}`,
      value: text(SecretString),
    })),
    routes: describeRoutes(template, authorizers),
    cors: describeCors(all("AWS::ApiGatewayV2::Api")[0]?.CorsConfiguration),
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

function describeFunctions(
  { place, all, ref, arn }: StackTemplate,
  assets: (s3Key: string) => string,
): FunctionDescription[] {
  const permissions = all("AWS::Lambda::Permission");
  const policies = all("AWS::IAM::Policy");
  const roles = all("AWS::IAM::Role");
  const policyOf = (roleArn: string) => {
    const inRole = roles
      .filter(({ logicalId }) => arn(logicalId) === roleArn)
      .flatMap(({ Policies }) => list(Policies ?? []).map(record));
    const attached = policies.filter(({ Roles }) =>
      list(Roles).some((role) => roleArn.endsWith(`:role/${role}`)),
    );
    return [...inRole, ...attached].flatMap(({ PolicyDocument }) => parsePolicy(PolicyDocument));
  };

  return all("AWS::Lambda::Function").map((it) => {
    const { logicalId } = it;
    const name = ref(logicalId);
    const logging = record(it.LoggingConfig ?? {});
    const logGroup = text(logging.LogGroup ?? `/aws/lambda/${name}`);
    return {
      logicalId,
      label: logicalId
        .replace(/[0-9A-F]{8}$/, "")
        .replace(/^Login(?=.)/, "")
        .toLowerCase(),
      name,
      arn: arn(logicalId),
      directory: assets(text(record(it.Code).S3Key)),
      handler: text(it.Handler),
      // What Lambda does where the template says nothing.
      timeoutSeconds: Number(it.Timeout ?? 3),
      memorySize: Number(it.MemorySize ?? 128),
      environment: strings(record(it.Environment ?? {}).Variables ?? {}),
      roleArn: text(it.Role),
      policy: policyOf(text(it.Role)),
      logGroup: {
        name: logGroup,
        arn: `arn:${place.partition}:logs:${place.region}:${place.accountId}:log-group:${logGroup}:*`,
      },
      reportsSuccess: logging.SystemLogLevel !== "WARN",
      invokableByGateway: permissions.some(
        ({ FunctionName, Principal, Action }) =>
          FunctionName === arn(logicalId) &&
          Principal === "apigateway.amazonaws.com" &&
          Action === "lambda:InvokeFunction",
      ),
    };
  });
}

function describeTable(name: string, it: Resource): TableDescription {
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
      return { name: text(AttributeName), type: keyType(AttributeType) };
    }),
    partitionKey: text(keys.get("HASH")),
    ...(sortKey !== undefined && { sortKey }),
    ...(timeToLive.Enabled === true && { timeToLiveAttribute: text(timeToLive.AttributeName) }),
    pointInTimeRecovery: recovery.PointInTimeRecoveryEnabled === true,
    deletionProtection: replica.DeletionProtectionEnabled === true,
  };
}

function keyType(type: unknown): "S" | "N" | "B" {
  if (type === "S" || type === "N" || type === "B") return type;
  throw new Error(`The local stack knows no key attribute of the type ${type}.`);
}

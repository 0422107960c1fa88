import { newAccessKeys } from "./access-keys.ts";
import { type Assembly, type FunctionDescription, readAssembly, variableOf } from "./assembly.ts";
import { cloudFormationService } from "./aws/cloudformation-service.ts";
import { type DynamoDb, openDynamoDb } from "./aws/dynamodb.ts";
import { dynamoDbService } from "./aws/dynamodb-service.ts";
import {
  type AuthorizationDecision,
  type AwsEndpointOptions,
  openAwsPort,
  startAwsEndpoint,
} from "./aws/endpoint.ts";
import { isAllowed, type PolicyStatement } from "./aws/iam.ts";
import { openSecretsManager, type SecretsManager } from "./aws/secrets-manager.ts";
import { secretsManagerService } from "./aws/secrets-manager-service.ts";
import { allowedOrigin, type CorsDescription } from "./gateway/cors.ts";
import { type GatewayOptions, gateway } from "./gateway/gateway.ts";
import { loopbackGuard } from "./guard.ts";
import { type Functions, localFunctions } from "./lambda/functions.ts";
import { lambdaService } from "./lambda/lambda-service.ts";
import { type Credentials, removeOperatorKey, writeOperatorKey } from "./operator-key.ts";
import { openPort } from "./port.ts";
import { type Watch, watchedAws, watchedFunctions } from "./watch.ts";

export interface LaptopOptions {
  /** A `cdk.out` with the stack `WeappLogin`. */
  readonly assemblyDirectory: string;
  /** What stands for `https://api.weixin.qq.com`. */
  readonly weChatUrl: string;
  /** Of the API; 0 (the default): chosen by the system. */
  readonly port?: number;
  /** Of the AWS endpoints; likewise. */
  readonly awsPort?: number;
  /** Where tables and secrets are kept; in memory if absent. */
  readonly dataDirectory?: string;
  /** Execution environments per function; 3 unless said otherwise, since more would only wait for the machine's cores. */
  readonly maxInstances?: number;
  /** Stops processes between invocations, as Lambda does. Only for tests: a stopped process outlives a crash. */
  readonly freeze?: boolean;
  /** Variables that differ from the template, for tests. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Makes of what the template says what somebody has made of it by hand, for tests. */
  readonly changed?: (assembly: Assembly) => Assembly;
  /** What a function's role allows; what the template says if absent. Asked at every call. */
  readonly policyOf?: (fn: FunctionDescription) => readonly PolicyStatement[];
  readonly onLog?: (fn: FunctionDescription, line: string) => void;
  readonly onDecision?: (decision: AuthorizationDecision) => void;
  readonly intercept?: NonNullable<AwsEndpointOptions["intercept"]>;
  /** Told of all that happens. */
  readonly watch?: Watch | undefined;
  /** May answer what no route of the template matches; false: it does not. */
  readonly otherwise?: GatewayOptions["otherwise"];
  /** What an operator does after a deploy. No request to the API is answered before it is done. */
  readonly setUp?: (laptop: Laptop) => Promise<void>;
}

/** The deployed stack on this machine. */
export interface Laptop {
  readonly assembly: Assembly;
  /** The API, `http://localhost:PORT`. */
  readonly url: string;
  /** DynamoDB, Secrets Manager, Lambda and CloudFormation, for `AWS_ENDPOINT_URL`. */
  readonly awsUrl: string;
  /** With which operators call there; the command line finds it by the URL's port. */
  readonly operator: Credentials;
  readonly dynamoDb: DynamoDb;
  readonly secretsManager: SecretsManager;
  readonly functions: Functions;
  /** The table that functions know by this variable (`BINDINGS_TABLE`). */
  tableName(variable: string): string;
  close(): Promise<void>;
}

/**
 * Runs what a deploy would run: the template's routes, authorizer, tables, secrets, roles and environments, and the
 * bundles it points to, each function in processes of its own. Rejects with Node's error when a port is taken. A request
 * that comes early waits until what is behind its port is there.
 */
export async function startLaptop(options: LaptopOptions): Promise<Laptop> {
  const { weChatUrl, dataDirectory, maxInstances = 3, freeze = false } = options;
  const { onLog = () => {}, onDecision, intercept, watch, otherwise, setUp } = options;
  const described = await readAssembly(options.assemblyDirectory, "WeappLogin");
  const assembly = options.changed?.(described) ?? described;
  const { place } = assembly;
  const keys = newAccessKeys(assembly, options.policyOf ?? (({ policy }) => policy));
  const directory = dataDirectory === undefined ? {} : { directory: dataDirectory };
  await using opened = new AsyncDisposableStack();
  const dynamoDb = await openDynamoDb({ ...directory, ...place });
  opened.defer(() => dynamoDb.close());
  for (const table of assembly.tables) await dynamoDb.createTable(table);
  const secretsManager = await openSecretsManager({ ...directory, secrets: assembly.secrets });
  opened.defer(() => secretsManager.close());

  const awsPort = await openAwsPort(options.awsPort);
  opened.defer(() => awsPort.close());
  const environmentOf = (fn: FunctionDescription) => ({
    ...fn.environment,
    ...(fn.environment.WECHAT_BASE_URL !== undefined && { WECHAT_BASE_URL: weChatUrl }),
    ...options.environment,
    AWS_REGION: place.region,
    AWS_ACCESS_KEY_ID: keys.of(fn).accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.of(fn).secretAccessKey,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${awsPort.number}`,
    // Whatever the SDK would otherwise look for in the home directory of whoever started this.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
  const mayLog = (fn: FunctionDescription) => {
    const principal = keys.principalOf(fn);
    const resource = fn.logGroup.arn;
    return ["logs:CreateLogStream", "logs:PutLogEvents"].every((action) => {
      const allowed = isAllowed(principal.policy, action, resource);
      onDecision?.({ principal, action, resource, allowed });
      return allowed;
    });
  };
  const started = localFunctions({
    functions: assembly.functions,
    maxInstances,
    freeze,
    environmentOf,
    mayLog,
    onLog,
  });
  opened.defer(() => started.close());
  const apiPort = await openPort({ number: options.port, guard: loopbackGuard(mayCall(assembly.cors)) });
  opened.defer(() => apiPort.close());
  const functions = watch ? watchedFunctions(started, watch) : started;
  const services = [
    dynamoDbService(dynamoDb),
    secretsManagerService(secretsManager),
    lambdaService(functions),
    cloudFormationService(place.stackName, { ...assembly.outputs, ApiUrl: apiPort.url }, place),
  ];
  const aws = await startAwsEndpoint({
    ...(watch ? watchedAws({ services, intercept }, functions, watch) : { services, intercept }),
    port: awsPort,
    accessKeys: keys.find,
    onDecision,
  });
  opened.defer(() => aws.close());

  const laptop: Laptop = {
    assembly,
    url: apiPort.url,
    awsUrl: aws.url,
    operator: keys.operator,
    dynamoDb,
    secretsManager,
    functions,
    tableName(variable) {
      const name = variableOf(assembly, variable);
      if (name === undefined) throw new Error(`No function knows a table as ${variable}.`);
      return name;
    },
    close: () => everything.disposeAsync(),
  };
  await setUp?.(laptop);
  const { routes, cors } = assembly;
  apiPort.serve(gateway({ routes, cors, functions, now: Date.now, watch, otherwise }));
  opened.defer(() => removeOperatorKey(awsPort.number));
  await writeOperatorKey(awsPort.number, keys.operator);
  const everything = opened.move();
  return laptop;
}

/** Pages of the laptop itself, and those that the template lets call the API. */
function mayCall(cors: CorsDescription | undefined) {
  return (origin: string, host: string) =>
    origin === `http://${host}` || (cors !== undefined && allowedOrigin(cors, origin) !== undefined);
}

/** A resource as it stands in a CloudFormation template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Export?: { readonly Name: unknown };
}

/** Where the stack is said to be deployed. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
}

/**
 * Resolves the intrinsic functions that CDK writes (Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split,
 * Fn::ImportValue), with the names and ARNs that resources have in `place`, and with what other stacks export there.
 * Throws for any other function: a guess would run something else than what is deployed.
 */
export function resolver(
  template: Template,
  place: Place,
  imports: Readonly<Record<string, string>> = {},
): (value: unknown) => unknown {
  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only && (only[0] === "Ref" || only[0].startsWith("Fn::"))) {
      return intrinsic(only[0], only[1]);
    }
    return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner)]));
  }

  function intrinsic(name: string, argument: unknown): unknown {
    if (name === "Ref") return reference(String(argument));
    if (name === "Fn::GetAtt" && Array.isArray(argument))
      return attribute(String(argument[0]), String(argument[1]));
    if (name === "Fn::Sub" && typeof argument === "string") {
      return argument.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => reference(name));
    }
    if (name === "Fn::ImportValue") return imported(String(resolve(argument)));
    const [first, second] = list(argument);
    if (name === "Fn::Join") return list(resolve(second)).map(String).join(String(first));
    if (name === "Fn::Split") return String(resolve(second)).split(String(first));
    if (name === "Fn::Select") return list(resolve(second))[Number(first)];
    throw new Error(`The local stack does not know CloudFormation's ${name}.`);
  }

  function reference(name: string): string {
    const pseudo: Record<string, string> = {
      "AWS::Partition": place.partition,
      "AWS::Region": place.region,
      "AWS::AccountId": place.accountId,
      "AWS::StackName": place.stackName,
      "AWS::URLSuffix": "amazonaws.com",
    };
    const value = pseudo[name];
    if (value !== undefined) return value;
    const { Type, Properties } = resource(name);
    if (Type === "AWS::SecretsManager::Secret") return arnOf(name, Type);
    // What a REST API's URL and the ARNs of its methods begin with.
    if (Type === "AWS::ApiGateway::Stage") return String(resolve(Properties?.StageName));
    return physicalName(name);
  }

  function imported(name: string): string {
    const value = imports[name];
    if (value === undefined) throw new Error(`No stack exports ${name}: deploy the one that does first.`);
    return value;
  }

  function attribute(name: string, which: string): string {
    const { Type } = resource(name);
    if (which === "Arn") return arnOf(name, Type);
    if (which === "RootResourceId") return `${physicalName(name)}-root`;
    if (which === "ApiEndpoint") {
      return `https://${physicalName(name)}.execute-api.${place.region}.amazonaws.com`;
    }
    // A custom domain leads nowhere on a laptop.
    if (which === "RegionalDomainName") return "laptop.invalid";
    throw new Error(`The local stack does not know the attribute ${which} of ${Type}.`);
  }

  function arnOf(logicalId: string, type: string): string {
    const name = physicalName(logicalId);
    const path = arnPaths[type];
    if (!path) throw new Error(`The local stack does not know the ARN of ${type}.`);
    const [service, resourcePath] = path(name);
    const region = service === "iam" ? "" : place.region;
    return `arn:${place.partition}:${service}:${region}:${place.accountId}:${resourcePath}`;
  }

  function physicalName(logicalId: string): string {
    return `${place.stackName}-${logicalId}`;
  }

  function resource(logicalId: string): TemplateResource {
    const found = template.Resources[logicalId];
    if (!found) throw new Error(`The template has no resource ${logicalId}.`);
    return found;
  }

  return resolve;
}

const arnPaths: Record<string, (name: string) => [service: string, path: string]> = {
  "AWS::DynamoDB::GlobalTable": (name) => ["dynamodb", `table/${name}`],
  "AWS::Lambda::Function": (name) => ["lambda", `function:${name}`],
  "AWS::IAM::Role": (name) => ["iam", `role/${name}`],
  "AWS::Logs::LogGroup": (name) => ["logs", `log-group:${name}:*`],
  // Secrets Manager adds six characters to the name.
  "AWS::SecretsManager::Secret": (name) => ["secretsmanager", `secret:${name}-Laptop`],
};

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error("A list was expected in the template.");
  return value;
}

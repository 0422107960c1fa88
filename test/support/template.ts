import { isRecord } from "../../local/aws/json.ts";

/** What stands under `Resources`, read without any trust in its shape beyond what every template has. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Logical ids of resources that CloudFormation makes first. */
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: unknown;
  readonly updateReplacePolicy: unknown;
}

/** One action that one role is allowed on one resource: a policy, taken apart. */
export interface Grant {
  /** Logical id of the role. */
  readonly role: string;
  readonly action: string;
  readonly resource: unknown;
}

export function resourcesOf(template: unknown): Resource[] {
  return Object.entries(record(record(template).Resources)).map(([logicalId, resource]) => {
    const { Type, Properties = {}, DependsOn = [], DeletionPolicy, UpdateReplacePolicy } = record(resource);
    return {
      logicalId,
      type: String(Type),
      properties: record(Properties),
      dependsOn: listed(DependsOn).map(String),
      deletionPolicy: DeletionPolicy,
      updateReplacePolicy: UpdateReplacePolicy,
    };
  });
}

export function ofType(resources: readonly Resource[], type: string): Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The one resource of this type; throws if there are none or several. */
export function only(resources: readonly Resource[], type: string): Resource {
  const [found, ...others] = ofType(resources, type);
  if (!found || others.length > 0) throw new Error(`Exactly one ${type} was expected.`);
  return found;
}

/**
 * Every grant of every kind of policy. Throws for a statement that cannot be read as a list of grants, so that no
 * promise is kept by overlooking something.
 */
export function grantsOf(resources: readonly Resource[]): Grant[] {
  const attached = [
    ...ofType(resources, "AWS::IAM::Policy"),
    ...ofType(resources, "AWS::IAM::ManagedPolicy"),
  ].map(({ properties }) => ({
    roles: list(properties.Roles).flatMap(referencesIn),
    document: properties.PolicyDocument,
  }));
  const inline = ofType(resources, "AWS::IAM::Role").flatMap(({ logicalId, properties }) =>
    list(properties.Policies ?? []).map((policy) => ({
      roles: [logicalId],
      document: record(policy).PolicyDocument,
    })),
  );
  return [...attached, ...inline].flatMap(({ roles, document }) => {
    if (roles.length === 0) throw new Error("A policy is attached to no role of this stack.");
    return listed(record(document).Statement).flatMap((statement) =>
      roles.flatMap((role) => grantsOfStatement(role, record(statement))),
    );
  });
}

function grantsOfStatement(role: string, { Effect, Action, Resource }: Record<string, unknown>): Grant[] {
  if (Effect !== "Allow" || Action === undefined || Resource === undefined) {
    throw new Error(`${role} has a statement that is more than a grant.`);
  }
  return listed(Action).flatMap((action) =>
    listed(Resource).map((resource) => ({ role, action: String(action), resource })),
  );
}

/** Logical ids that a value refers to, through whatever intrinsic functions; pseudo parameters are none. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === "Ref") return String(inner).startsWith("AWS::") ? [] : [String(inner)];
    if (key === "Fn::GetAtt") return [String(Array.isArray(inner) ? inner[0] : inner).replace(/\..*/, "")];
    return referencesIn(inner);
  });
}

/** `{ NAME: value }` as it stands in the template. */
export function environmentOf(lambda: Resource): Record<string, unknown> {
  return record(record(lambda.properties.Environment ?? {}).Variables ?? {});
}

/** The name that a function has in `functions/`: its logical id without what CDK and the construct tree add. */
export function functionName({ logicalId }: Resource): string {
  return withoutHash(logicalId)
    .replace(/^Login(?=.)/, "")
    .toLowerCase();
}

/** `Bindings`, `Sessions`, …: the construct's own id, which ends the logical id before CDK's hash. */
export function tableName({ logicalId }: Resource): string {
  return withoutHash(logicalId).replace(/^.*Tables/, "");
}

function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, "");
}

export function outputsOf(template: unknown): Record<string, unknown> {
  const outputs = Object.entries(record(record(template).Outputs ?? {}));
  return Object.fromEntries(outputs.map(([name, output]) => [name, record(output).Value]));
}

export function record(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new Error(`An object was expected, and this is ${JSON.stringify(value)}.`);
  return value;
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`A list was expected, and this is ${JSON.stringify(value)}.`);
  return value;
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

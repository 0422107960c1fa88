import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Place, resolver, type Template, type TemplateOutput } from "./intrinsics.ts";
import { record } from "./template-shapes.ts";

/** A stack's template out of `cdk.out`, as if it were deployed in `place`: nothing is left to resolve. */
export interface StackTemplate {
  readonly place: Place;
  readonly outputs: readonly (readonly [name: string, TemplateOutput])[];
  /** The resources of one type. */
  all(type: string): readonly Resource[];
  ref(logicalId: string): string;
  arn(logicalId: string): string;
  resolve(value: unknown): unknown;
}

/** A resource's properties. */
export type Resource = { readonly logicalId: string } & Readonly<Record<string, unknown>>;

/** `imports`: what other stacks export there. */
export async function readTemplate(
  directory: string,
  stackName: string,
  region = "us-east-1",
  imports: Readonly<Record<string, string>> = {},
): Promise<StackTemplate> {
  const template: Template = JSON.parse(
    await readFile(join(directory, `${stackName}.template.json`), "utf8"),
  );
  const place = { partition: "aws", region, accountId: "000000000000", stackName };
  const resolve = resolver(template, place, imports);
  return {
    place,
    outputs: Object.entries(template.Outputs ?? {}),
    all: (type) =>
      Object.entries(template.Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([logicalId, { Properties = {} }]) => ({ logicalId, ...record(resolve(Properties)) })),
    ref: (logicalId) => String(resolve({ Ref: logicalId })),
    arn: (logicalId) => String(resolve({ "Fn::GetAtt": [logicalId, "Arn"] })),
    resolve,
  };
}

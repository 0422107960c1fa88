export type ExportedOutput =
  | "AccessTokenFunctionArn"
  | "ApiId"
  | "ApiUrl"
  | "AuthorizerFunctionArn"
  | "AuthorizerId";

/** The output of this name is found by other stacks under this export: those never change while they are in use. */
export function exportName(stackName: string, output: ExportedOutput): string {
  return `${stackName}:${output}`;
}

/** Throws for what no stack can be called. */
export function assertStackName(stackName: unknown): asserts stackName is string {
  if (typeof stackName === "string" && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(stackName)) return;
  throw new Error(
    `stackName must be the name of a deployed stack, such as WeappLogin, and is ${JSON.stringify(stackName)}.`,
  );
}

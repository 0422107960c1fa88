import type { Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { isElsewhere } from "./elsewhere.ts";

/**
 * Throws for a function that API Gateway could not invoke: CDK leaves its permission out where it does not know that the
 * function is of the stack's own account, and every request would be answered with 500.
 */
export function assertInvokable(what: string, fn: IFunction, stack: Stack): void {
  const { region } = fn.env;
  if (isElsewhere(region, stack.region)) {
    throw new Error(
      `${what} is a function in ${region}, and API Gateway invokes those in ${stack.region} only.`,
    );
  }
  const permitted = !("canCreatePermissions" in fn) || fn.canCreatePermissions !== false;
  // The owner says that its policy lets API Gateway in already.
  const skipped = "_skipPermissions" in fn && fn._skipPermissions === true;
  if (permitted || skipped) return;
  throw new Error(
    `${what} is an imported function, and CDK cannot permit API Gateway to invoke it. Import it with Function.fromFunctionAttributes(scope, id, { functionArn, sameEnvironment: true }), or with skipPermissions: true where its policy permits it already.`,
  );
}

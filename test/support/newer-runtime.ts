import { Runtime } from "aws-cdk-lib/aws-lambda";

/** One that this CDK does not know yet, and that other tests do not find among all that it knows. */
export function newerRuntime(): Runtime {
  const runtime = new Runtime("nodejs26.x");
  Runtime.ALL.splice(Runtime.ALL.indexOf(runtime), 1);
  return runtime;
}

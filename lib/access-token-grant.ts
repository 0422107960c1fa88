import { Grant } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import * as v from "valibot";
import { accessTokenVariable } from "../contract/access-token.ts";
import { functionSchema } from "./prop-schemas.ts";

/** Lets a function of the owner's invoke the one that lends the access token, and tells it by a variable where that is. */
export function grantAccessToken(fn: IFunction, accessTokenFunctionArn: string): void {
  if (!v.is(functionSchema, fn)) throw new Error(`grantAccessToken takes ${functionSchema.message}.`);
  if (!fn.role) {
    throw new Error(
      `grantAccessToken: ${fn.node.path} is an imported function without a role. Import it with its role, or let its role invoke the output AccessTokenFunctionArn.`,
    );
  }
  // Not `grantInvoke`, which adds every version and alias.
  Grant.addToPrincipal({
    grantee: fn,
    actions: ["lambda:InvokeFunction"],
    resourceArns: [accessTokenFunctionArn],
  });
  // An imported function keeps the environment that it was deployed with.
  if ("addEnvironment" in fn && typeof fn.addEnvironment === "function") {
    fn.addEnvironment(accessTokenVariable, accessTokenFunctionArn);
  }
}

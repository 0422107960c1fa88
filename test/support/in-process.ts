import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { App, type Stack, type StackProps } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { inject } from "vitest";
import type { WeappLoginStackProps } from "../../lib/props.ts";
import { WeappLoginStack } from "../../lib/weapp-login-stack.ts";
import { environmentOf, functionName, ofType, outputsOf, resourcesOf } from "./template.ts";

/** The AppId of stacks that are synthesized in the test's own process. */
export const appId = "wx00000000000000a1";

export function newApp(context: Record<string, unknown> = {}): App {
  return new App({
    outdir: mkdtempSync(join(inject("apps"), "app-")),
    context: { "aws:cdk:disable-asset-staging": true, ...context },
  });
}

export function stackWith(
  props: Partial<WeappLoginStackProps> = {},
  stackProps?: StackProps,
): WeappLoginStack {
  return new WeappLoginStack(newApp(), "WeappLogin", { appId, ...props }, stackProps);
}

/** The stack's template, taken apart. */
export function templateOf(stack: Stack) {
  const template: unknown = Template.fromStack(stack).toJSON();
  const resources = resourcesOf(template);
  return {
    text: JSON.stringify(template),
    resources,
    outputs: outputsOf(template),
    environment(name: string) {
      const fn = ofType(resources, "AWS::Lambda::Function").find((it) => functionName(it) === name);
      if (!fn) throw new Error(`There is no function ${name}.`);
      return environmentOf(fn);
    },
  };
}

export function synthesized(props?: Partial<WeappLoginStackProps>, stackProps?: StackProps) {
  return templateOf(stackWith(props, stackProps));
}

/** A Lambda that has nothing to do with this product. */
export function ownFunction(stack: Stack, id: string): LambdaFunction {
  return new LambdaFunction(stack, id, {
    code: Code.fromInline("exports.handler = () => {};"),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
  });
}

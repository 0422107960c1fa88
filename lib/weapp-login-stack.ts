import { Annotations, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { BundledFunction } from "./bundled-function.ts";
import { warnOfWhatStays } from "./losses.ts";
import { stackPropSchemas } from "./prop-schemas.ts";
import type { WeappLoginStackProps } from "./props.ts";
import { readBy } from "./schemas.ts";
import { sampleAppId } from "./settings.ts";
import { WeappLogin } from "./weapp-login.ts";

/** One stack with everything in it. */
export class WeappLoginStack extends Stack {
  constructor(scope: Construct, id: string, given: WeappLoginStackProps, stackProps?: StackProps) {
    super(scope, id, { description: "WeChat mini-program login", ...stackProps });
    const { hello, runtime, architecture, logRetention, removalPolicy } = readBy(stackPropSchemas, given);
    const { hello: _, ...props } = given;
    const login = new WeappLogin(this, "Login", props);
    if (hello) {
      const example = new BundledFunction(this, "Hello", {
        function: "hello",
        description: "weapp-login: an example of a protected Lambda",
        environment: {},
        runtime,
        architecture,
        logRetention,
        memorySize: 128,
      });
      login.protect("GET /hello", example);
    }
    if (props.appId === sampleAppId) {
      Annotations.of(this).addWarningV2(
        "weapp-login:sampleAppId",
        `appId is still the sample ${sampleAppId}. Set your mini-program's AppId in cdk.json before you deploy.`,
      );
    } else if (removalPolicy === RemovalPolicy.RETAIN) {
      warnOfWhatStays(this);
    }
  }
}

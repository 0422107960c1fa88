import { Annotations, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Architecture, Runtime } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { bundledFunction } from "./bundled-function.ts";
import type { WeappLoginProps } from "./props.ts";
import { WeappLogin } from "./weapp-login.ts";

/** The AppId that cdk.json comes with: good for a laptop and for looking at the template, not for WeChat. */
export const sampleAppId = "wx0123456789abcdef";

export interface WeappLoginStackProps extends WeappLoginProps {
  /** Adds `GET /hello`, an example of a protected Lambda. Default: no. */
  readonly hello?: boolean;
}

/** One stack with everything in it. */
export class WeappLoginStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { hello, ...props }: WeappLoginStackProps,
    stackProps?: StackProps,
  ) {
    super(scope, id, { description: "WeChat mini-program login", ...stackProps });
    const login = new WeappLogin(this, "Login", props);
    if (hello) {
      const example = bundledFunction(this, "Hello", {
        function: "hello",
        description: "weapp-login: an example of a protected Lambda",
        environment: {},
        runtime: props.runtime ?? Runtime.NODEJS_24_X,
        architecture: props.architecture ?? Architecture.ARM_64,
        logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
        memorySize: 128,
        timeout: Duration.seconds(5),
      });
      login.protect("GET /hello", example);
    }
    if (props.appId === sampleAppId) {
      Annotations.of(this).addWarningV2(
        "weapp-login:sampleAppId",
        `appId is still the sample ${sampleAppId}. Set your mini-program's AppId in cdk.json before you deploy.`,
      );
    }
  }
}

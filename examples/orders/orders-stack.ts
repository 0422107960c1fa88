import { fileURLToPath } from "node:url";
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import type { Construct } from "constructs";
import { SessionAuthorizer, WeappLogin } from "weapp-login";

/** Orders that only their owner sees. Who that is, the deployed stack `WeappLogin` says. */
export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const orders = new NodejsFunction(this, "Orders", {
      entry: fileURLToPath(new URL("orders.ts", import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      bundling: { format: OutputFormat.ESM },
    });

    // On the login's own API, and so under the one domain that the mini-program may call:
    const login = WeappLogin.fromStack(this, "Login", "WeappLogin");
    login.protect("GET /orders", orders);
    login.protect("POST /orders", orders);
    new CfnOutput(this, "HttpUrl", { value: login.url });

    // Or on an API of your own, here a REST API:
    const session = SessionAuthorizer.fromStack(this, "Session", "WeappLogin");
    // With CDK's own default it would set a role for the logs of all REST APIs in the Region.
    const rest = new RestApi(this, "Rest", { cloudWatchRole: false });
    const resource = rest.root.addResource("orders");
    for (const method of ["GET", "POST"]) {
      resource.addMethod(method, new LambdaIntegration(orders), { authorizer: session.forRestApi(rest) });
    }
  }
}

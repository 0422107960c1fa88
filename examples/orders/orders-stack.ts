import { fileURLToPath } from "node:url";
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import type { Construct } from "constructs";
import { SessionAuthorizer } from "weapp-login";

/** Orders that only their owner sees. Who that is, the deployed stack `WeappLogin` says. */
export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const orders = new NodejsFunction(this, "Orders", {
      entry: fileURLToPath(new URL("orders.ts", import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      bundling: { format: OutputFormat.ESM },
    });
    const session = SessionAuthorizer.fromStack(this, "Session", "WeappLogin");

    // You will want one of the two. An HTTP API:
    const http = new HttpApi(this, "Http");
    http.addRoutes({
      path: "/orders",
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration("Orders", orders),
      authorizer: session,
    });
    new CfnOutput(this, "HttpUrl", { value: http.apiEndpoint });

    // A REST API:
    const rest = new RestApi(this, "Rest");
    const resource = rest.root.addResource("orders");
    for (const method of ["GET", "POST"]) {
      resource.addMethod(method, new LambdaIntegration(orders), { authorizer: session.forRestApi(rest) });
    }
  }
}

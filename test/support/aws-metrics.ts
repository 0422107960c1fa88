/**
 * Metrics that AWS itself keeps, as far as they are used here: under which dimension, and what type of resource it
 * names. From the "Metrics" pages of Lambda, HTTP APIs, DynamoDB and CloudWatch Logs in AWS's documentation.
 */
export const awsMetrics: Readonly<
  Record<string, { dimension: string; resource: string; names: readonly string[] }>
> = {
  "AWS/Lambda": {
    dimension: "FunctionName",
    resource: "AWS::Lambda::Function",
    names: ["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"],
  },
  "AWS/ApiGateway": {
    dimension: "ApiId",
    resource: "AWS::ApiGatewayV2::Api",
    names: ["Count", "4xx", "5xx", "Latency", "IntegrationLatency", "DataProcessed"],
  },
  "AWS/DynamoDB": {
    dimension: "TableName",
    resource: "AWS::DynamoDB::GlobalTable",
    names: [
      "ReadThrottleEvents",
      "WriteThrottleEvents",
      "ConsumedReadCapacityUnits",
      "ConsumedWriteCapacityUnits",
    ],
  },
  "AWS/Logs": {
    dimension: "LogGroupName",
    resource: "AWS::Logs::LogGroup",
    names: ["IncomingBytes", "IncomingLogEvents"],
  },
};

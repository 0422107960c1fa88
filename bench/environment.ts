import type { FunctionDescription } from "../local/assembly.ts";

/**
 * A function's whole environment: the template's, what Lambda adds to it, and where the services outside are.
 * The certificate is new with every run and in nobody's list, so its verdict is ignored; the handshake, and the loading
 * of Node's own list, are done in full. NODE_EXTRA_CA_CERTS would make Node read all its certificates on a thread at
 * the start of every process, also of the empty handler's: 4 ms of CPU that no Lambda pays.
 */
export function environmentOf(fn: FunctionDescription, outsideUrl: string): Record<string, string> {
  return {
    ...fn.environment,
    ...(fn.environment.WECHAT_BASE_URL !== undefined && { WECHAT_BASE_URL: outsideUrl }),
    ...lambdaEnvironment(fn),
    AWS_ENDPOINT_URL: outsideUrl,
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    NODE_NO_WARNINGS: "1",
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function lambdaEnvironment(fn: FunctionDescription): Record<string, string> {
  return {
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ASIABENCHBENCHBENCH1",
    AWS_SECRET_ACCESS_KEY: "a secret of the length that AWS's has 40",
    // As long as a role's: it is signed, and sent, with every request.
    AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2VjE".padEnd(920, "BenchOnly"),
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup.name,
    AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/22/[$LATEST]bench",
    _HANDLER: fn.handler,
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
  };
}

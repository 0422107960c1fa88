import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * What the bundles have in place of `@aws-sdk/credential-provider-node`: of its ways to find credentials Lambda has one,
 * and the others are a third of a client's code. Asked once, as there: Lambda does not change them in a process.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function defaultProvider(): ReturnType<typeof fromEnv> {
  const read = fromEnv();
  let credentials: ReturnType<typeof read> | undefined;
  return () => {
    credentials ??= read();
    return credentials;
  };
}

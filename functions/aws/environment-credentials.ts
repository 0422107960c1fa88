/**
 * What the bundles have in place of `@aws-sdk/credential-provider-node`, whose other ways to find credentials lead
 * nowhere in a Lambda and are a third of a client's code: Lambda puts those of the role into the environment.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";

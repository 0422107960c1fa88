/** DNS suffixes by how a Region's name begins; every other Region is in `amazonaws.com`. */
const dnsSuffixes = {
  "cn-": "amazonaws.com.cn",
  "eusc-": "amazonaws.eu",
  "eu-isoe-": "cloud.adc-e.uk",
  "us-iso-": "c2s.ic.gov",
  "us-isob-": "sc2s.sgov.gov",
  "us-isof-": "csp.hci.ic.gov",
};

/**
 * Where DynamoDB is, with the SDK's variables: `AWS_ENDPOINT_URL_DYNAMODB`, else `AWS_ENDPOINT_URL`, unless
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`; else its endpoint in `AWS_REGION`, which Lambda sets.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function dynamoDbEndpoint(environment: Readonly<Record<string, string | undefined>>): {
  readonly region: string;
  readonly url: URL;
} {
  const { AWS_REGION: region, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: ignored } = environment;
  if (!region) throw new Error("AWS_REGION must be set. In Lambda it is.");
  const configured = environment.AWS_ENDPOINT_URL_DYNAMODB || environment.AWS_ENDPOINT_URL;
  if (configured && ignored !== "true") return { region, url: new URL(configured.replace(/\/?$/, "/")) };
  const [, suffix = "amazonaws.com"] =
    Object.entries(dnsSuffixes).find(([prefix]) => region.startsWith(prefix)) ?? [];
  return { region, url: new URL(`https://dynamodb.${region}.${suffix}`) };
}

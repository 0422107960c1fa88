/** DNS suffixes by how a Region's name begins; every other Region is in `amazonaws.com`. */
const dnsSuffixes: readonly (readonly [string, string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["us-isof-", "csp.hci.ic.gov"],
];

export interface Place {
  readonly region: string;
  readonly endpoint: URL;
}

/**
 * Where a service is: `AWS_ENDPOINT_URL_SERVICE`, else `AWS_ENDPOINT_URL`, else its endpoint in `AWS_REGION`.
 * Lambda sets the Region; the laptop and the tests set an endpoint too.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function placeOf(
  service: { readonly host: string; readonly id: string },
  environment: Record<string, string | undefined>,
): Place {
  const region = environment.AWS_REGION;
  if (!region) throw new Error("AWS_REGION must be set. In Lambda it is.");
  const [, suffix] = dnsSuffixes.find(([prefix]) => region.startsWith(prefix)) ?? ["", "amazonaws.com"];
  const url = environment[`AWS_ENDPOINT_URL_${service.id}`] || environment.AWS_ENDPOINT_URL;
  return { region, endpoint: new URL(url || `https://${service.host}.${region}.${suffix}`) };
}

import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, test, vi } from "vitest";
import { dynamoDbEndpoint } from "../../../functions/authorizer/endpoint.ts";

afterEach(() => void vi.unstubAllEnvs());

const own = "http://own.example:1";
const every = "https://every.example";

interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

/** Where the SDK sends its request in this environment. */
async function sdkEndpoint(environment: Record<string, string>): Promise<string> {
  const credentials = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "secret" };
  const noFiles = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
  for (const [name, value] of Object.entries({ ...credentials, ...noFiles, ...environment })) {
    vi.stubEnv(name, value);
  }
  const asked: string[] = [];
  const client = new DynamoDBClient({
    maxAttempts: 1,
    requestHandler: {
      async handle({ protocol, hostname, port, path }: Address) {
        asked.push(new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`).href);
        throw new Error("Far enough.");
      },
    },
  });
  const command = new BatchGetItemCommand({ RequestItems: { T: { Keys: [{ key: { S: "1" } }] } } });
  await expect(client.send(command)).rejects.toThrow("Far enough.");
  return asked.join();
}

test.each([
  ["us-east-1", "https://dynamodb.us-east-1.amazonaws.com/"],
  ["cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/"],
  ["us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com/"],
])("in %s it is %s", (AWS_REGION, href) => {
  const { region, url } = dynamoDbEndpoint({ AWS_REGION });
  expect({ region, href: url.href }).toEqual({ region: AWS_REGION, href });
});

describe("is where the SDK asks", () => {
  test.each([
    ...["us-east-1", "eu-central-1", "ap-southeast-7", "sa-east-1", "mx-central-1", "il-central-1"],
    ...["af-south-1", "ca-west-1", "me-central-1", "us-west-2"],
    ...["cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1", "eusc-de-east-1"],
    ...["us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "eu-isoe-west-1"],
    ...["us-isof-east-1", "us-isof-south-1"],
  ])("in %s", async (AWS_REGION) => {
    expect(dynamoDbEndpoint({ AWS_REGION }).url.href).toBe(await sdkEndpoint({ AWS_REGION }));
  });

  test.each<[what: string, environment: Record<string, string>]>([
    ["a configured endpoint of its own", { AWS_ENDPOINT_URL_DYNAMODB: own }],
    ["one for every service", { AWS_ENDPOINT_URL: every }],
    ["both", { AWS_ENDPOINT_URL_DYNAMODB: own, AWS_ENDPOINT_URL: every }],
    ["another service's", { AWS_ENDPOINT_URL_LAMBDA: own }],
    ["an empty one of its own", { AWS_ENDPOINT_URL_DYNAMODB: "", AWS_ENDPOINT_URL: every }],
    ["empty ones", { AWS_ENDPOINT_URL_DYNAMODB: "", AWS_ENDPOINT_URL: "" }],
    [
      "an ignored one of its own",
      { AWS_ENDPOINT_URL_DYNAMODB: own, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
    ],
    [
      "an ignored one for every service",
      { AWS_ENDPOINT_URL: every, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
    ],
    ["one that is not ignored", { AWS_ENDPOINT_URL: every, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false" }],
    ["one with an address and a port", { AWS_ENDPOINT_URL: "http://127.0.0.1:8000" }],
    ["one with an IPv6 address", { AWS_ENDPOINT_URL: "http://[::1]:8000" }],
    ["one with a path", { AWS_ENDPOINT_URL: `${every}/base` }],
  ])("with %s", async (_, configured) => {
    const environment = { AWS_REGION: "eu-west-1", ...configured };
    expect(dynamoDbEndpoint(environment).url.href).toBe(await sdkEndpoint(environment));
  });
});

test("there is none without a Region", () => {
  expect(() => dynamoDbEndpoint({})).toThrow("AWS_REGION must be set. In Lambda it is.");
});

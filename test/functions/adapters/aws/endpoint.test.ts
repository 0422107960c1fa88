import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { placeOf } from "../../../../functions/adapters/aws/endpoint.ts";

const dynamoDb = { host: "dynamodb", id: "DYNAMODB" };
const endpointIn = (environment: Record<string, string>) => placeOf(dynamoDb, environment).endpoint.href;

test.each([
  ["us-east-1", "https://dynamodb.us-east-1.amazonaws.com/"],
  ["cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/"],
  ["us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com/"],
])("in %s it is %s", (AWS_REGION, endpoint) => {
  expect(placeOf(dynamoDb, { AWS_REGION })).toEqual({ region: AWS_REGION, endpoint: new URL(endpoint) });
});

test.each([
  ...["us-east-1", "eu-central-1", "ap-southeast-7", "sa-east-1", "mx-central-1", "il-central-1"],
  ...["cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1", "eusc-de-east-1"],
  ...["us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1", "eu-isoe-west-1"],
  ...["us-isof-east-1", "us-isof-south-1"],
])("in %s it is where the SDK's rules say", (region) => {
  const { endpointProvider } = new DynamoDBClient({ region }).config;
  const { url } = endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
  expect(endpointIn({ AWS_REGION: region })).toBe(url.href);
});

test.each<[string, Record<string, string>, string]>([
  ["the service's own", { AWS_ENDPOINT_URL_DYNAMODB: "http://own:1" }, "http://own:1/"],
  ["every service's", { AWS_ENDPOINT_URL: "http://every:2" }, "http://every:2/"],
  [
    "the service's own before every service's",
    { AWS_ENDPOINT_URL_DYNAMODB: "http://own:1", AWS_ENDPOINT_URL: "http://every:2" },
    "http://own:1/",
  ],
  [
    "another service's: not",
    { AWS_ENDPOINT_URL_LAMBDA: "http://own:1" },
    "https://dynamodb.eu-west-1.amazonaws.com/",
  ],
  ["an empty one: not", { AWS_ENDPOINT_URL: "" }, "https://dynamodb.eu-west-1.amazonaws.com/"],
])("an endpoint in the environment: %s", (_, environment, endpoint) => {
  expect(endpointIn({ AWS_REGION: "eu-west-1", ...environment })).toBe(endpoint);
});

test("there is none without a Region", () => {
  expect(() => placeOf(dynamoDb, {})).toThrow("AWS_REGION must be set. In Lambda it is.");
});

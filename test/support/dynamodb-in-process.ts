import { Readable } from "node:stream";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AwsError } from "../../local/aws/aws-error.ts";
import type { DynamoDb } from "../../local/aws/dynamodb.ts";
import { dynamoDbService } from "../../local/aws/dynamodb-service.ts";

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * The SDK's own client over an embedded DynamoDB in this process: bytes go in and out as over a network, but through no
 * socket and without signatures, so that thousands of races are a matter of minutes.
 */
export function dynamoDbClientInProcess(dynamoDb: DynamoDb): DynamoDBClient {
  const service = dynamoDbService(dynamoDb);
  const answer = async ({ headers, body }: HttpRequest) => {
    const given = await service
      .read({ method: "POST", path: "/", headers, body: Buffer.copyBytesFrom(body) })
      .perform()
      .catch((error: unknown) => {
        if (error instanceof AwsError) return service.errorResponse(error);
        throw error;
      });
    const { status: statusCode } = given;
    return {
      response: { statusCode, headers: { ...given.headers }, body: Readable.from([Buffer.from(given.body)]) },
    };
  };
  return new DynamoDBClient({
    region: "us-east-1",
    endpoint: "http://dynamodb.invalid",
    credentials: { accessKeyId: "ATEST", secretAccessKey: "none" },
    signer: { sign: async (request) => request },
    requestHandler: { handle: answer as never },
  });
}

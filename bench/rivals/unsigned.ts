import https from "node:https";
import { readEnvironment } from "../../contract/environment.ts";

/** The floor: the authorizer's request over node:https, the same bytes back and forth, unsigned and unread. */
const env = readEnvironment("authorizer", process.env);
const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL ?? "");
const agent = new https.Agent({ keepAlive: true });
const key = { B: Buffer.alloc(16).toString("base64") };
const secretHash = { B: Buffer.alloc(32).toString("base64") };
const body = JSON.stringify({
  RequestItems: {
    [env.BINDINGS_TABLE]: { Keys: [{ key }], ConsistentRead: true },
    [env.SESSIONS_TABLE]: { Keys: [{ identity: key, secretHash }], ConsistentRead: true },
  },
});
const headers = {
  "content-type": "application/x-amz-json-1.0",
  "content-length": Buffer.byteLength(body),
  "x-amz-target": "DynamoDB_20120810.BatchGetItem",
};

export function handler(): Promise<{ isAuthorized: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ isAuthorized: boolean }>();
  const request = https.request({ hostname, port, agent, method: "POST", path: "/", headers }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("end", () => resolve({ isAuthorized: "Responses" in JSON.parse(text) }));
  });
  request.on("error", reject);
  request.end(body);
  return promise;
}

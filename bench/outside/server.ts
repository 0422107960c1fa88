import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";
import { selfSignedCertificate } from "./certificate.ts";

/*
 * Everything outside of the functions, in a process of its own: DynamoDB, Secrets Manager, Lambda and WeChat on one
 * loopback port with TLS, each answering canned bytes at once. What is measured is then the caller.
 * Its parent sends `Answers` (anew whenever they change) and gets `{ port }`, once.
 */

/** By `X-Amz-Target`, or by the path where there is none. */
export type Answers = Readonly<Record<string, object>>;

interface Canned {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
}

let canned = new Map<string, Canned>();
const server = createServer({ ...selfSignedCertificate(new Date()) }, (request, response) => {
  request.resume();
  request.on("end", () => {
    const target = request.headers["x-amz-target"] ?? request.url?.split("?")[0];
    const answer = canned.get(String(target));
    if (answer) response.writeHead(200, answer.headers).end(answer.body);
    else response.writeHead(404).end(`Nobody has canned an answer to ${target}.`);
  });
});
server.keepAliveTimeout = 120_000;

process.on("message", (answers: Answers) => {
  canned = new Map(Object.entries(answers).map(([target, answer]) => [target, can(target, answer)]));
  // The address that functions will find first under this name.
  if (!server.listening) server.listen(0, "localhost");
  else process.send?.({ port: (server.address() as AddressInfo).port });
});
server.on("listening", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("disconnect", () => process.exit());

function can(target: string, answer: object): Canned {
  const body = Buffer.from(JSON.stringify(answer));
  const type = target.startsWith("DynamoDB") ? "application/x-amz-json-1.0" : "application/x-amz-json-1.1";
  const headers = target.startsWith("/")
    ? { "content-type": "text/plain" }
    : {
        "content-type": type,
        "x-amzn-requestid": "4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG",
        "x-amz-crc32": crc32(body),
      };
  return {
    body,
    headers: { server: "Server", connection: "keep-alive", ...headers, "content-length": body.length },
  };
}

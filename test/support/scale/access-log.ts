/** As long as API Gateway's values are, rather a little too long than too short. */
const values: Readonly<Record<string, string>> = {
  requestId: "JKJaXmPLvHcESHA=",
  extendedRequestId: "JKJaXmPLvHcESHA=",
  requestTime: "22/Nov/2026:12:00:00 +0000",
  requestTimeEpoch: "1795348800000",
  "identity.sourceIp": "255.255.255.255",
  protocol: "HTTP/1.1",
  apiId: "a1b2c3d4e5",
  domainName: "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
  stage: "$default",
  responseLatency: "1000",
  responseLength: "1000",
  integrationLatency: "1000",
  "integration.latency": "1000",
  "integration.status": "200",
  "integration.integrationStatus": "200",
  integrationStatus: "200",
  "integration.requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
  awsEndpointRequestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
  "authorizer.latency": "1000",
  "authorizer.integrationLatency": "1000",
  "authorizer.status": "200",
  "authorizer.integrationStatus": "200",
};
/** What the gateway writes for what a request does not have. */
const absent = "-";

/** Bytes of the line that this format makes of a request (`GET /session`). Throws for a variable it does not know. */
export function accessLogBytes(format: string, request: string, status: number): number {
  const [method = "", path = ""] = request.split(" ");
  const known: Readonly<Record<string, string>> = {
    ...values,
    status: String(status),
    routeKey: path === "/login" ? "ANY /login" : request,
    httpMethod: method,
    path,
  };
  const line = format.replace(/\$context\.([\w.]+)/g, (_, variable: string) => {
    if (/(error|message)$/i.test(variable) || /\.error\./.test(variable)) return absent;
    const value = known[variable];
    if (value === undefined) {
      throw new Error(`Tell test/scale/access-log.ts how long $context.${variable} is in an access log.`);
    }
    return value;
  });
  return Buffer.byteLength(line);
}

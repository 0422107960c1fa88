import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/** Lambda hands over the credentials of the function's role in these, and may change them between two calls. */
export interface CredentialVariables {
  readonly AWS_ACCESS_KEY_ID?: string;
  readonly AWS_SECRET_ACCESS_KEY?: string;
  readonly AWS_SESSION_TOKEN?: string;
}

/** The headers of a request with this body, its signature among them; `now` in milliseconds. */
export type Sign = (body: string, credentials: CredentialVariables, now: number) => Record<string, string>;

/**
 * AWS's Signature Version 4 for one operation of DynamoDB, `target`: its headers are always the same, so that they stand
 * here in the order that they are signed in. The day's key is kept as a KeyObject: with a Buffer Node would make one for
 * every request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signer(endpoint: { readonly region: string; readonly url: URL }, target: string): Sign {
  const { host, pathname } = endpoint.url;
  let dayKey: KeyObject | undefined;
  let dayKeyIsFor = "";

  function keyFor(day: string, secretAccessKey: string): KeyObject {
    if (!dayKey || dayKeyIsFor !== day + secretAccessKey) {
      const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
      const dateKey = hmac(`AWS4${secretAccessKey}`, day);
      dayKey = createSecretKey(hmac(hmac(hmac(dateKey, endpoint.region), "dynamodb"), "aws4_request"));
      dayKeyIsFor = day + secretAccessKey;
    }
    return dayKey;
  }

  return (body, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: token }, now) => {
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new Error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set. In Lambda they are.");
    }
    const date = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const day = date.slice(0, 8);
    const bodyHash = sha256(body);
    const headers: Record<string, string> = {
      "content-length": String(Buffer.byteLength(body)),
      "content-type": "application/x-amz-json-1.0",
      host,
      "x-amz-content-sha256": bodyHash,
      "x-amz-date": date,
      ...(token && { "x-amz-security-token": token }),
      "x-amz-target": target,
    };
    const signedHeaders = Object.keys(headers).join(";");
    let canonicalHeaders = "";
    for (const name in headers) canonicalHeaders += `${name}:${headers[name]}\n`;
    const canonicalRequest = `POST\n${pathname}\n\n${canonicalHeaders}\n${signedHeaders}\n${bodyHash}`;
    const scope = `${day}/${endpoint.region}/dynamodb/aws4_request`;
    const signature = createHmac("sha256", keyFor(day, AWS_SECRET_ACCESS_KEY))
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonicalRequest)}`)
      .digest("hex");
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
    return headers;
  };
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

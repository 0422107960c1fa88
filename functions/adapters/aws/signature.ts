import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { Credentials } from "./environment-credentials.ts";

export interface RequestToSign {
  readonly method: string;
  /** Encoded once, without a query. */
  readonly path: string;
  /** All that are to be signed; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Returns the headers with those that make them authentic. */
export type Sign = (request: RequestToSign, credentials: Credentials, now: number) => Record<string, string>;

/**
 * AWS's signature, version 4. The key of the day is derived once and kept as a KeyObject: for an HMAC with a Buffer as
 * its key Node 24 takes five times as long. 0.05 of what the authorizer's read costs with everything at its default.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signer(region: string, service: string): Sign {
  let keyFor = "";
  let key: KeyObject | undefined;

  function keyOf(day: string, secretAccessKey: string): KeyObject {
    if (!key || keyFor !== day + secretAccessKey) {
      const hmac = (secret: string | Buffer, text: string) =>
        createHmac("sha256", secret).update(text).digest();
      key = createSecretKey(
        hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), region), service), "aws4_request"),
      );
      keyFor = day + secretAccessKey;
    }
    return key;
  }

  return ({ method, path, headers: given, body }, { accessKeyId, secretAccessKey, sessionToken }, now) => {
    const date = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const day = date.slice(0, 8);
    const headers: Record<string, string> = {
      ...given,
      "x-amz-date": date,
      ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
    };
    const names = Object.keys(headers).sort();
    const signedHeaders = names.join(";");
    const canonicalHeaders = names.map((name) => `${name}:${headers[name]}\n`).join("");
    const canonical = `${method}\n${encodedAgain(path)}\n\n${canonicalHeaders}\n${signedHeaders}\n${sha256(body)}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const signature = createHmac("sha256", keyOf(day, secretAccessKey))
      .update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`)
      .digest("hex");
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
    return headers;
  };
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** What AWS signs is the path as it is sent, with each segment encoded once more. */
function encodedAgain(path: string): string {
  return path === "/" ? path : path.split("/").map(encodeURIComponent).join("/");
}

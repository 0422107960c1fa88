import { signatureOf } from "../../local/aws/signature.ts";
import { region, secretAccessKey } from "./aws.ts";

export interface SignedOptions {
  /** Milliseconds since 1970. */
  readonly at?: number;
  readonly service?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

/** A POST with these headers, signed as an SDK would, for what no SDK would send. */
export function signed(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: SignedOptions = {},
): Record<string, string> {
  const { host, pathname, search } = new URL(url);
  const { at = Date.now(), service = "dynamodb", accessKeyId = "OWNER" } = options;
  const date = new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const all = { ...headers, host, "x-amz-date": date };
  const signedHeaders = Object.keys(all).sort();
  const signature = signatureOf(
    { method: "POST", path: pathname + search, headers: all, body: Buffer.from(body) },
    { scope, signedHeaders },
    options.secretAccessKey ?? secretAccessKey,
  );
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  return { ...all, authorization };
}

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AwsError } from "./aws-error.ts";
import type { AwsRequest } from "./service.ts";

/** The `Authorization` header of Signature Version 4. */
export interface Authorization {
  readonly accessKeyId: string;
  /** `20260301/us-east-1/dynamodb/aws4_request`. */
  readonly scope: string;
  /** Names in lower case, in alphabetical order. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
}

/** AWS's five minutes, and a little more: whoever corrects a clock from there on must not be refused before. */
const toleratedMs = 5 * 60_000 + 5_000;
const algorithm = "AWS4-HMAC-SHA256";

/** Throws MissingAuthenticationTokenException where there is none. */
export function readAuthorization(header = ""): Authorization {
  const parts = new Map(
    [...header.matchAll(/\b(Credential|SignedHeaders|Signature)=([^,\s]+)/g)].map(([, name, value = ""]) => [
      name,
      value,
    ]),
  );
  const [, accessKeyId, scope] =
    /^([^/]+)\/(\d{8}\/[^/]+\/[^/]+\/aws4_request)$/.exec(parts.get("Credential") ?? "") ?? [];
  if (!header.startsWith(`${algorithm} `) || accessKeyId === undefined || scope === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Request is missing Authentication Token");
  }
  return {
    accessKeyId,
    scope,
    signedHeaders: (parts.get("SignedHeaders") ?? "").split(";"),
    signature: parts.get("Signature") ?? "",
  };
}

/**
 * Throws InvalidSignatureException unless the request, its body included, was signed with this secret not long before or
 * after `now` (milliseconds since 1970).
 */
export function checkSignature(
  request: AwsRequest,
  authorization: Authorization,
  secretAccessKey: string,
  now: number,
): void {
  const { scope, signedHeaders, signature } = authorization;
  const time = String(request.headers["x-amz-date"]);
  const signedAt = Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
  const required = ["host", ...Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"))];
  const expected = Buffer.from(signatureOf(request, { scope, signedHeaders }, secretAccessKey));
  const given = Buffer.from(signature);
  if (
    !time.startsWith(scope.slice(0, 8)) ||
    !required.every((name) => signedHeaders.includes(name)) ||
    given.length !== expected.length ||
    !timingSafeEqual(given, expected)
  ) {
    throw new AwsError(
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
  }
  if (!(Math.abs(now - signedAt) <= toleratedMs)) {
    const [what, than] = signedAt < now ? ["expired", "earlier"] : ["not yet current", "later"];
    throw new AwsError(
      "InvalidSignatureException",
      `Signature ${what}: ${time} is ${than} than ${new Date(now).toISOString()} by more than five minutes`,
    );
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function signatureOf(
  { method, path, headers, body }: AwsRequest,
  { scope, signedHeaders }: Pick<Authorization, "scope" | "signedHeaders">,
  secretAccessKey: string,
): string {
  const [resource = "/", query = ""] = path.split("?");
  const canonical = [
    method,
    // What is encoded on its way is encoded once more, by all services but S3.
    resource.split("/").map(encoded).join("/"),
    [...new URLSearchParams(query)]
      .map((pair) => pair.map(encoded).join("="))
      .sort()
      .join("&"),
    ...signedHeaders.map(
      (name) =>
        `${name}:${String(headers[name] ?? "")
          .trim()
          .replace(/\s+/g, " ")}`,
    ),
    "",
    signedHeaders.join(";"),
    sha256(body),
  ].join("\n");
  const toSign = [algorithm, headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = scope
    .split("/")
    .reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString("hex");
}

function encoded(text: string): string {
  const hexadecimal = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hexadecimal);
}

function sha256(value: string | Uint8Array): string {
  return createHash("sha256").update(value).digest("hex");
}

function hmac(key: string | Buffer, value: string): Buffer {
  return createHmac("sha256", key).update(value).digest();
}

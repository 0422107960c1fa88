import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as v from "valibot";
import type { OpenData } from "../core/open-data.ts";
import { isRefusal } from "../core/refusal.ts";
import { type BadRequest, base64, invalid, readFields } from "../runtime/json-body.ts";

const blockBytes = 16;

function inBase64(mustBe: string, is: (bytes: number) => boolean) {
  return v.exactOptional(
    v.pipe(
      v.string(mustBe),
      // The body is no longer than 4 KiB.
      v.regex(base64, mustBe),
      v.transform((text) => Buffer.from(text, "base64")),
      v.check(({ length }) => is(length), mustBe),
    ),
  );
}

/** Other fields are ignored. */
const openDataBody = v.object({
  encryptedData: inBase64(
    "must be base64 of whole blocks of 16 bytes",
    (bytes) => bytes > 0 && bytes % blockBytes === 0,
  ),
  iv: inBase64("must be base64 of 16 bytes", (bytes) => bytes === blockBytes),
  rawData: v.exactOptional(
    v.pipe(
      v.string("must be a string"),
      v.check((value) => value.isWellFormed(), "holds characters that are not allowed"),
    ),
  ),
  signature: v.exactOptional(
    v.pipe(
      v.string("must be 40 hexadecimal digits"),
      v.regex(/^[0-9a-f]{40}$/i, "must be 40 hexadecimal digits"),
      v.transform((text) => Buffer.from(text, "hex")),
    ),
  ),
});

/** `{ encryptedData, iv }` or `{ rawData, signature }`, as `wx` gives them. */
export function readOpenDataRequest(event: APIGatewayProxyEventV2): OpenData | BadRequest {
  const read = readFields(event, openDataBody);
  if (isRefusal(read)) return read;
  const { encryptedData, iv, rawData, signature } = read.fields;
  const isEncrypted = encryptedData !== undefined || iv !== undefined;
  const isSigned = rawData !== undefined || signature !== undefined;
  if (isEncrypted && isSigned) {
    const all = Object.keys(read.fields);
    return invalid("Send either encryptedData and iv, or rawData and signature.", ...all);
  }
  if (encryptedData && iv) return { encryptedData, iv };
  if (rawData !== undefined && signature) return { rawData, signature };
  if (isSigned) {
    return invalid("rawData and signature go together.", signature ? "rawData" : "signature");
  }
  return invalid(
    "encryptedData and iv go together.",
    ...(encryptedData ? ["iv"] : iv ? ["encryptedData"] : ["encryptedData", "iv"]),
  );
}

import { readFileSync } from "node:fs";

interface Vectors {
  readonly rawDataSignature: { rawData: string; sessionKey: string; signature: string };
  readonly encryptedData: {
    appid: string;
    sessionKey: string;
    iv: string;
    encryptedData: string;
    expected: { openId: string; watermark: { timestamp: number; appid: string } };
  };
  readonly hmacSignature: { sessionKey: string; message: string; signature: string };
}

/** What WeChat has published with its demo and documentation of open data. */
export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../simulator/published-vectors.json", import.meta.url), "utf8"),
);

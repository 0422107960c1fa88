import { httpsVerifier } from "./verifier.ts";

const { USER_SERVICE_URL: url = "", USER_SERVICE_AUTHORIZATION: authorization = "" } = process.env;
if (!url.startsWith("https://")) throw new Error("USER_SERVICE_URL must begin with https://");

export const handler = httpsVerifier({ url, authorization });

import type { IncomingHttpHeaders } from "node:http";
import { isRecord } from "../aws/json.ts";

/** `CorsConfiguration` of an HTTP API, without what this product never sets (credentials). */
export interface CorsDescription {
  /** Origins, or `*`. */
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
}

type Headers = Readonly<Record<string, string>>;

export function describeCors(configuration: unknown): CorsDescription | undefined {
  if (!isRecord(configuration)) return undefined;
  const { AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders, MaxAge, ...rest } = configuration;
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw new Error(`The local stack does not know ${unknown.join(", ")} of CORS.`);
  return {
    allowOrigins: texts(AllowOrigins),
    allowMethods: texts(AllowMethods),
    allowHeaders: texts(AllowHeaders),
    exposeHeaders: texts(ExposeHeaders),
    ...(typeof MaxAge === "number" && { maxAgeSeconds: MaxAge }),
  };
}

/**
 * The headers of the 204 that API Gateway answers a browser's preflight with; undefined for what is no preflight. To
 * another site it says nothing, which the browser takes for a no.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function preflightHeaders(
  cors: CorsDescription | undefined,
  method: string | undefined,
  headers: IncomingHttpHeaders,
): Headers | undefined {
  const { origin, "access-control-request-method": requested } = headers;
  if (!cors || method !== "OPTIONS" || origin === undefined || requested === undefined) return undefined;
  const allowed = allowedOrigin(cors, origin);
  if (allowed === undefined) return {};
  return {
    "access-control-allow-origin": allowed,
    ...joined("access-control-allow-methods", cors.allowMethods),
    ...joined("access-control-allow-headers", cors.allowHeaders),
    ...(cors.maxAgeSeconds !== undefined && { "access-control-max-age": String(cors.maxAgeSeconds) }),
  };
}

/** An answer's headers: once CORS is configured, what an integration says of it is dropped. */
export function withCors(cors: CorsDescription | undefined, origin: string | undefined, headers: Headers) {
  if (!cors) return headers;
  const own = Object.entries(headers).filter(([name]) => !/^access-control-/i.test(name));
  const allowed = origin === undefined ? undefined : allowedOrigin(cors, origin);
  return {
    ...Object.fromEntries(own),
    ...(allowed !== undefined && {
      "access-control-allow-origin": allowed,
      ...joined("access-control-expose-headers", cors.exposeHeaders),
    }),
  };
}

/** What the answer to this origin says; undefined where it may not read it. */
export function allowedOrigin({ allowOrigins }: CorsDescription, origin: string): string | undefined {
  if (allowOrigins.includes("*")) return "*";
  return allowOrigins.includes(origin) ? origin : undefined;
}

function joined(name: string, values: readonly string[]): Headers {
  return values.length === 0 ? {} : { [name]: values.join(",") };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

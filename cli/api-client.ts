import { type ClientRequest, type IncomingMessage, request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { text } from "node:stream/consumers";
import { interrupted } from "./failure.ts";
import { ProxyAgent, type ProxyFlaw, proxyFlaw } from "./proxy.ts";

/** What the API answered. `code`: the product's own word, which API Gateway's answers do not have. */
export interface ApiAnswer {
  readonly status: number;
  readonly code?: string;
}

export interface ApiCall {
  /** `GET /session`. */
  readonly route: string;
  readonly session?: string;
  readonly body?: object;
}

/** The API could not be asked: `why` is Node's name for it, or a proxy's trouble; undefined: no answer in time. */
export class ApiUnreachable extends Error {
  override readonly name = "ApiUnreachable";
  readonly why: string | ProxyFlaw | undefined;
  constructor(why: string | ProxyFlaw | undefined) {
    super("The API cannot be reached");
    this.why = why;
  }
}

export type ApiClient = (call: ApiCall) => Promise<ApiAnswer>;

/** Longer than any login may take. */
const deadlineMs = 15_000;

/** Asks the API as a mini-program does, through the proxy where there is one. Rejects with ApiUnreachable. */
export function apiClient(baseUrl: string, signal: AbortSignal): ApiClient {
  return async ({ route, session, body }) => {
    const [method = "", path = ""] = route.split(" ");
    const headers = {
      // Nothing that is kept open keeps the process.
      connection: "close",
      ...(session !== undefined && { authorization: `Bearer ${session}` }),
      ...(body && { "content-type": "application/json" }),
    };
    const options = { method, headers, signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]) };
    try {
      const url = new URL(`${baseUrl}${path}`);
      const sent =
        url.protocol === "http:"
          ? overHttp(url, options)
          : overHttps(url, { ...options, agent: new ProxyAgent() });
      return await answered(sent, body);
    } catch (error) {
      if (signal.aborted) throw interrupted();
      throw new ApiUnreachable(whyNot(error));
    }
  };
}

async function answered(request: ClientRequest, body: object | undefined): Promise<ApiAnswer> {
  request.end(body && JSON.stringify(body));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
  });
  return { status: response.statusCode ?? 0, ...codeOf(await text(response)) };
}

function codeOf(answer: string): Pick<ApiAnswer, "code"> {
  try {
    const { code } = Object(JSON.parse(answer));
    return typeof code === "string" ? { code } : {};
  } catch {
    return {};
  }
}

function whyNot(error: unknown): string | ProxyFlaw | undefined {
  const proxy = proxyFlaw(error);
  if (proxy) return proxy;
  if (!(error instanceof Error)) return String(error);
  if (error.name === "AbortError" || error.name === "TimeoutError") return undefined;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

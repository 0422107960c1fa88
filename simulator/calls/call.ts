/** One HTTP request to WeChat. `path` has no query; `body` is UTF-8 text, empty for a GET; `address` is the caller's. */
export interface WeChatRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly address: string;
}

/** `advice`: a sentence for the developer who caused it, where WeChat's number would leave them in the dark. */
export interface Refusal {
  readonly errcode: number;
  readonly advice?: string | undefined;
}

/** What WeChat decides. Either way it is HTTP 200. */
export type Verdict = Refusal | { readonly body: Readonly<Record<string, unknown>> };

/** One call of WeChat's server API. Each has a file of its own and is listed once, in `simulator.ts`. */
export interface WeChatCall {
  /** Another method is refused with 43001 or 43002 before `answer` is asked. */
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Which app and which code the request names, for the log. */
  readonly about: (request: WeChatRequest) => { appId?: string | undefined; code?: string | undefined };
  readonly answer: (request: WeChatRequest) => Verdict;
}

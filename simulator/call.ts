/** One HTTP request to WeChat, already read. `path` has no query; `body` is UTF-8 text, empty for a GET. */
export type WechatRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
};

/** What WeChat decides: a refusal by number, or the JSON of a success. Either way it is HTTP 200. */
export type Verdict = { errcode: number } | { body: Record<string, unknown> };

/**
 * One call of WeChat's server API. Each lives in a file of its own and is listed once, in `simulator.ts`; the log,
 * the troubles and HTTP then work for it without knowing what it does.
 */
export type WechatCall = {
  /** Another method is refused with 43001 or 43002 before `answer` is asked. */
  method: "GET" | "POST";
  path: string;
  /** Which app and which code the request is about, for the log; null where the request does not say. */
  about: (request: WechatRequest) => { appid: string | null; code: string | null };
  answer: (request: WechatRequest) => Verdict;
};

/**
 * WeChat's words for its errcodes. Source: its documentation of the calls and its general list; 40125 and 40163
 * are reported by many, the words of 40243 are a guess. Nothing should read them: they change without notice.
 */
const words = new Map<number, string>([
  [-1, "system error"],
  [40001, "invalid credential, access_token is invalid or not latest"],
  [40002, "invalid grant_type"],
  [40003, "invalid openid"],
  [40013, "invalid appid"],
  [40029, "invalid code"],
  [40066, "invalid url"],
  [40125, "invalid appsecret"],
  [40163, "code been used"],
  [40164, "invalid ip, not in whitelist"],
  [40226, "code blocked"],
  [40243, "appsecret frozen"],
  [41001, "access_token missing"],
  [41002, "appid missing"],
  [41004, "appsecret missing"],
  [41008, "missing code"],
  [41009, "missing openid"],
  [42001, "access_token expired"],
  [43001, "require GET method"],
  [43002, "require POST method"],
  [44002, "empty post data"],
  [45009, "reach max api daily quota limit"],
  [45011, "api minute-quota reach limit, must slower, retry next minute"],
  [47001, "data format error"],
  [50002, "user limited"],
  [87008, "invalid sig_method"],
  [87009, "invalid signature"],
]);

/** The fields of a JSON object that was posted; 44002 for an empty body, 47001 for anything else. */
export function jsonBody(body: string): { fields: Map<string, unknown> } | { errcode: 44002 | 47001 } {
  if (body === "") return { errcode: 44002 };
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) {
      return { fields: new Map<string, unknown>(Object.entries(json)) };
    }
  } catch {
    // As any other body that is no object.
  }
  return { errcode: 47001 };
}

/** The errcodes that have words here, and the words. Any other number can be sent as well. */
export const errcodes: ReadonlyMap<number, string> = words;

/** The `errmsg` of an errcode, with the rid that WeChat's support asks for. */
export function errmsg(errcode: number, rid: string): string {
  return `${words.get(errcode) ?? "unknown error"}, rid: ${rid}`;
}

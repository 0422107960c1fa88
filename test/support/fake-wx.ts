import type { Answer, LoginCall, RequestCall, Wx } from "../../client/wx.ts";

/** A fixed noon. */
export const noon = Date.parse("2026-03-01T12:00:00.000Z");

export interface FakeAnswer {
  readonly statusCode: number;
  readonly data?: unknown;
  readonly header?: Readonly<Record<string, string>>;
}

/** A request as the network saw it. */
export interface Seen {
  readonly route: string;
  readonly session: string | undefined;
  readonly data: unknown;
}

/** `fail` of wx.request, with WeChat's text. */
export class Fail extends Error {}

/** Neither `success` nor `fail`. */
export const never = Symbol("never");

export type Script = (seen: Seen) => FakeAnswer | Fail | typeof never | Promise<FakeAnswer | Fail>;

/** The gateway's own answer to a session that the authorizer refused. */
export const forbidden: FakeAnswer = { statusCode: 403, data: { message: "Forbidden" } };

export function problem(
  statusCode: number,
  code: string,
  action: string,
  more: { readonly bindTicket?: string; readonly detail?: string } = {},
  header: Readonly<Record<string, string>> = {},
): FakeAnswer {
  return { statusCode, data: { status: statusCode, code, action, requestId: "r-1", ...more }, header };
}

/** What holds somebody up until it is opened. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/**
 * A phone with a server: `POST /login` opens `session-1`, `session-2`, …; any other route answers 200 to a session that
 * is `alive`. Whatever `script` returns instead of undefined comes first.
 */
export function fakeWx(script: (seen: Seen) => ReturnType<Script> | undefined = () => undefined) {
  const seen: Seen[] = [];
  const alive = new Set<string>();
  const storage = new Map<string, unknown>();
  const phone = { now: noon, codes: 0, sessions: 0, loginFails: "", loginHangs: false };

  function openSession(newBinding = false): FakeAnswer {
    const sessionId = `session-${++phone.sessions}`;
    alive.add(sessionId);
    return {
      statusCode: 200,
      data: {
        sessionId,
        expiresAt: new Date(phone.now + 3_600_000).toISOString(),
        userId: "u_1",
        newBinding,
      },
    };
  }

  function byDefault({ route, session }: Seen): FakeAnswer {
    if (route === "POST /login") return openSession();
    if (!session || !alive.has(session)) return forbidden;
    if (route === "DELETE /session") alive.delete(session);
    if (route === "DELETE /sessions" || route === "DELETE /binding") alive.clear();
    return route.startsWith("DELETE") ? { statusCode: 204 } : { statusCode: 200, data: { route, session } };
  }

  async function answer({
    url,
    method = "GET",
    header = {},
    data,
    success,
    fail,
  }: RequestCall): Promise<void> {
    const route = `${method} ${url.replace("https://api.example.com", "")}`;
    const it: Seen = { route, session: header.Authorization?.replace("Bearer ", ""), data };
    seen.push(it);
    const given = await (script(it) ?? byDefault(it));
    if (given === never) return;
    if (given instanceof Fail) fail({ errMsg: given.message });
    else success({ data: undefined, header: {}, ...given });
  }

  const wx: Wx = {
    login({ success, fail }: LoginCall) {
      phone.codes++;
      if (phone.loginHangs) return;
      if (phone.loginFails) queueMicrotask(() => fail({ errMsg: phone.loginFails }));
      else queueMicrotask(() => success({ code: `code-${phone.codes}` }));
    },
    request(call) {
      answer(call);
    },
    // What is answered is text, whatever it is.
    uploadFile({ filePath, success, ...call }) {
      const asText = ({ data, ...rest }: Answer) => success({ ...rest, data: JSON.stringify(data) });
      answer({ ...call, method: "POST", data: filePath, success: asText });
    },
    // What is answered is a file, whatever it is.
    downloadFile({ success, ...call }) {
      const asFile = ({ data: _, ...rest }: Answer) => success({ ...rest, tempFilePath: "wxfile://tmp/1" });
      answer({ ...call, success: asFile });
    },
    getStorageSync: (key) => storage.get(key) ?? "",
    setStorageSync: (key, value) => storage.set(key, structuredClone(value)),
    removeStorageSync: (key) => storage.delete(key),
  };

  return {
    wx,
    seen,
    alive,
    /** What an operator does, some time after the login. */
    revoke() {
      alive.clear();
      phone.now += 60_000;
    },
    storage,
    phone,
    openSession,
    /** How often a route was called. */
    count: (route: string) => seen.filter((it) => it.route === route).length,
    options: { baseUrl: "https://api.example.com", wx, now: () => phone.now },
  };
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It was not rejected");
}

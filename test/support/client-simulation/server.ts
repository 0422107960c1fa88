import type { Method } from "../../../client/wx.ts";

/** A request as it arrives. */
export interface Arrived {
  readonly method: Method;
  readonly path: string;
  readonly session: string | undefined;
  readonly data: unknown;
}

export interface Answered {
  readonly statusCode: number;
  readonly data: unknown;
  readonly header: Readonly<Record<string, string>>;
}

export interface OpenedSession {
  readonly id: string;
  readonly userId: string;
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Whether neither a password nor a phone code was sent. */
  readonly silent: boolean;
}

export const lifetime = 3_600_000;
export const passwords: Readonly<Record<string, string>> = { zhangsan: "pwd-1", lisi: "pwd-2" };

/** One person's WeChat identity, as the server knows it. */
export function simulatedServer(now: () => number, violated: (what: string) => void) {
  const codes = new Map<string, "fresh" | "used">();
  const tickets = new Set<string>();
  const sessions = new Map<string, OpenedSession>();
  const ended = new Set<string>();
  const phoneCodes = new Map<string, "fresh" | "spent">();
  /** Codes of wx.login whose session_keys are known, the last two. */
  let keys: readonly string[] = [];
  let issued = 0;
  let lastCode = "";
  const phone = {
    /** The account that has the person's number. */
    userId: "u_zhangsan" as string | undefined,
    /** Whether the next exchange of a phone code fails when the code is spent. */
    losesCode: false,
  };
  const identity = { userId: "u_zhangsan" as string | undefined, generation: 0, disabled: false };

  const isLive = (id: string | undefined) => {
    const session = id === undefined ? undefined : sessions.get(id);
    return (
      !!session &&
      !ended.has(session.id) &&
      session.generation === identity.generation &&
      session.userId === identity.userId &&
      !identity.disabled &&
      now() < session.expiresAt
    );
  };

  function logIn(data: Record<string, unknown>): Answered {
    const { code, bindTicket, username, password, phoneCode } = data;
    if (typeof bindTicket === "string") {
      if (!tickets.has(bindTicket)) return problem(401, "invalid_ticket", "new_code");
    } else {
      const state = codes.get(String(code));
      if (state === "used") violated("a code was sent twice");
      if (state !== "fresh") return problem(401, "invalid_code", "new_code");
      codes.set(String(code), "used");
      keys = [String(code), ...keys].slice(0, 2);
    }
    const ticket = () => {
      const next = typeof bindTicket === "string" ? bindTicket : `ticket-${++issued}`;
      tickets.add(next);
      return { bindTicket: next };
    };
    if (phoneCode !== undefined && !identity.userId) {
      const lost = spend(phoneCode);
      if (lost && typeof bindTicket === "string") {
        tickets.delete(bindTicket);
        return problem(401, "invalid_ticket", "new_phone_code");
      }
      if (lost) return lost;
      if (!phone.userId) return problem(409, "binding_required", "bind", ticket());
      if (identity.disabled) return problem(403, "account_disabled", "new_phone_code");
      if (typeof bindTicket === "string") tickets.delete(bindTicket);
      identity.userId = phone.userId;
      return open(false, true);
    }
    if (username === undefined) {
      if (!identity.userId) return problem(409, "binding_required", "bind", ticket());
      if (identity.disabled) return problem(403, "account_disabled", "contact_support");
      return open(phoneCode === undefined, false);
    }
    if (passwords[String(username)] !== password) {
      return problem(401, "invalid_credentials", "fix_credentials", ticket());
    }
    if (identity.disabled) return problem(403, "account_disabled", "contact_support");
    const userId = `u_${username}`;
    if (identity.userId && identity.userId !== userId) return problem(409, "already_bound", "unbind_first");
    if (typeof bindTicket === "string") tickets.delete(bindTicket);
    const newBinding = !identity.userId;
    identity.userId = userId;
    return open(false, newBinding);
  }

  /** The exchange of a phone code; undefined: it has given the number. */
  function spend(phoneCode: unknown): Answered | undefined {
    if (phoneCodes.get(String(phoneCode)) !== "fresh") violated("a spent phone code is sent");
    phoneCodes.set(String(phoneCode), "spent");
    if (!phone.losesCode) return undefined;
    phone.losesCode = false;
    return problem(503, "wechat_busy", "new_phone_code");
  }

  function open(silent: boolean, newBinding: boolean): Answered {
    const { userId = "", generation } = identity;
    const session = {
      id: `session-${++issued}`,
      userId,
      generation,
      expiresAt: now() + lifetime,
      silent,
    };
    sessions.set(session.id, session);
    const expiresAt = new Date(session.expiresAt).toISOString();
    const date = { Date: new Date(now()).toUTCString() };
    return answer(200, { sessionId: session.id, expiresAt, userId, newBinding }, date);
  }

  return {
    identity,
    phone,
    /** What the button gives. */
    freshPhoneCode() {
      const code = `phone-code-${++issued}`;
      phoneCodes.set(code, "fresh");
      return code;
    },
    /** Open data is encrypted under the key of the last wx.login. */
    openData: (id: string) => ({ encryptedData: `under ${lastCode}`, iv: id }),
    session: (id: string) => sessions.get(id),
    isLive,
    /** So soon that the SDK does not use it any more. */
    isEnding: (id: string) => now() > (sessions.get(id)?.expiresAt ?? 0) - 8_000,
    freshCode() {
      const code = `code-${++issued}`;
      codes.set(code, "fresh");
      lastCode = code;
      return code;
    },
    answer({ method, path, session, data }: Arrived): Answered {
      if (path === "/login") return logIn(Object(data));
      if (path === "/bad" || !isLive(session)) return answer(403, { message: "Forbidden" });
      if (path === "/own") {
        const text = JSON.stringify({ code: "not_yours", action: "fix_request" });
        return answer(403, new TextEncoder().encode(text).buffer);
      }
      const { phoneCode, encryptedData } = Object(data);
      if (path === "/phone") return spend(phoneCode) ?? answer(200, { phoneNumber: "+8613800138000" });
      if (path === "/open-data") {
        return keys.some((key) => encryptedData === `under ${key}`)
          ? answer(200, { data: {} })
          : problem(409, "session_key_stale", "new_code");
      }
      if (method === "DELETE") {
        if (path === "/session") ended.add(String(session));
        else identity.generation++;
        if (path === "/binding") identity.userId = undefined;
        return answer(204, "");
      }
      return answer(200, { session });
    },
  };
}

export function answer(statusCode: number, data: unknown, header: Record<string, string> = {}): Answered {
  return { statusCode, data, header };
}

export function problem(
  statusCode: number,
  code: string,
  action: string,
  more: object = {},
  header: Record<string, string> = {},
): Answered {
  return answer(statusCode, { status: statusCode, code, action, ...more }, header);
}

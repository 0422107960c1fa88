import type { PlantedBug } from "./sdk.ts";

/** Mistakes that somebody could make in the SDK; each must be found. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "every request logs in by itself",
    file: "sign-in.ts",
    replace: "if (flight?.era === era) {",
    by: "if (credentials && flight?.era === era) {",
  },
  {
    name: "a code is kept after its use",
    file: "sign-in.ts",
    replace: "mine.then(arrived, arrived);",
    by: "mine.then(() => {}, arrived);",
  },
  {
    name: "an ended login goes on, and its session is kept",
    file: "sign-in.ts",
    replace: "if (record.read().era !== era) throw loggedOut();\n    };",
    by: "};",
  },
  {
    name: "the session of an ended login is not ended",
    file: "sign-in.ts",
    replace: "if (session && era !== current) onUnwanted(session);",
    by: "",
  },
  {
    name: "the session of a login that was given up is not ended",
    file: "calls.ts",
    replace: 'if (ended === "badly") return late?.(result);',
    by: 'if (ended === "badly") return;',
  },
  {
    name: "a ticket outlives a logout",
    file: "sign-in.ts",
    replace: "if (credentials && ticket?.era === era) {",
    by: "if (credentials && ticket) {",
  },
  {
    name: "a request outlives a logout",
    file: "requests.ts",
    replace: "if (era !== asked.era || (asked.userId",
    by: "if ((asked.userId",
  },
  {
    name: "a request goes out under another account",
    file: "requests.ts",
    replace: "if (era !== asked.era || (asked.userId && asked.userId !== userId))",
    by: "if (era !== asked.era)",
  },
  {
    name: "a logout is forgotten by the next request",
    file: "requests.ts",
    replace: "if (record.read().out && !signing.underWay(era)) throw loggedOut();",
    by: "",
  },
  {
    name: "everything is sent twice that was refused",
    file: "requests.ts",
    replace: "if (!replay) throw",
    by: "if (false) throw",
  },
  {
    name: "a refused session is not replaced, if it came from the other copy",
    file: "requests.ts",
    replace: "if (opened || sent > 2) throw",
    by: "if (opened || sent > 1) throw",
  },
  {
    name: "every refusal counts as the session's fault",
    file: "requests.ts",
    replace: "if (quiet && (await isFault(route, session, opened))) {",
    by: "if (false) {",
  },
  {
    name: "a late refusal forgets the newer session",
    file: "record.ts",
    replace: "if (read().session?.sessionId === sessionId) change(",
    by: "change(",
  },
  {
    name: "storage is read at the start only",
    file: "record.ts",
    replace: "const found = stored();",
    by: "const found = memory;",
  },
  {
    name: "a logout writes its mark over the session, and does not remove it",
    file: "record.ts",
    replace: "quietly(() => wx.removeStorageSync(key));",
    by: "",
  },
  {
    name: "storage that fails is an error",
    file: "record.ts",
    replace: "  try {\n    return use();\n  } catch {\n    return undefined;\n  }",
    by: "  return use();",
  },
  {
    name: "a call waits for its callbacks for ever",
    file: "calls.ts",
    replace: "}, timeout + 1000);",
    by: "}, 1e12);",
  },
  {
    name: "what a call rejects is left over",
    file: "calls.ts",
    replace: "Promise.resolve(task).catch(fail);",
    by: "",
  },
  {
    name: "success without an argument is taken apart",
    file: "calls.ts",
    replace: "if (!isResult(members(result)))",
    by: "if (!isResult(Object.assign(result as object)))",
  },
  {
    name: "what a call throws is not caught",
    file: "calls.ts",
    replace: "      fail(error);\n    }",
    by: "      throw error;\n    }",
  },
  {
    name: "bytes are no JSON",
    file: "login-error.ts",
    replace: "if (isBytes(data)) return members(utf8(data));",
    by: "",
  },
  {
    name: "a Retry-After with a date is not understood",
    file: "login-error.ts",
    replace: "Math.ceil((Date.parse(text) - sent) / 1000)",
    by: "Number.NaN",
  },
  {
    name: "a Retry-After locks logins for as long as it says",
    file: "waits.ts",
    replace: "const longest = 3_600_000;",
    by: "const longest = 1e15;",
  },
  {
    name: "a Retry-After is heard only by the login that met it",
    file: "record.ts",
    replace: "      change({ waits });",
    by: "",
  },
  {
    name: "loggedOut is said whatever there is",
    file: "create-login.ts",
    replace: "if (!live()) listener(",
    by: "listener(",
  },
  {
    name: "the answer to an ending ends whatever has come after it",
    file: "endings.ts",
    replace: "if (current !== era) return era;",
    by: "",
  },
  {
    name: "a login does not wait for the ending under way",
    file: "create-login.ts",
    replace: "const era = await quiet(asked);",
    by: "const era = asked;",
  },
  {
    name: "what was opened behind the back of an ending stays",
    file: "endings.ts",
    replace: "if (left && left.sessionId !== session.sessionId) await close(left);",
    by: "",
  },
  {
    name: "a path may begin with anything",
    file: "requests.ts",
    replace: 'if (path[0] !== "/") {',
    by: "if (!path) {",
  },
  {
    name: "an error says which session it was",
    file: "requests.ts",
    replace: "was not sent again:",
    by: `was not sent again with \${session.sessionId}:`,
  },
  {
    name: "a phone code that may be spent is sent again",
    file: "phone.ts",
    replace: "used.add(code);",
    by: "",
  },
  {
    name: "a phone code that was not answered for is good for another try",
    file: "phone.ts",
    replace: 'if (action === "retry") throw',
    by: "if (false) throw",
  },
  {
    name: "what fails in passing is tried again with a spent phone code",
    file: "tries.ts",
    replace: 'if (retryAfter || action === "new_phone_code") return false;',
    by: "if (retryAfter) return false;",
  },
  {
    name: "a lost ticket sends a spent phone code again",
    file: "sign-in.ts",
    replace: 'if (code !== "invalid_ticket" || action === "new_phone_code") return answer;',
    by: 'if (code !== "invalid_ticket") return answer;',
  },
  {
    name: "a phone code's wait is not heard by the next one",
    file: "waits.ts",
    replace: "[waits.logins, waits[sent]]",
    by: "[waits.logins, waits.passwords]",
  },
  {
    name: "a stale session_key is nobody's business",
    file: "requests.ts",
    replace: "const isStale = answer.statusCode === 409 &&",
    by: "const isStale = answer.statusCode === 410 &&",
  },
  {
    name: "a stale session_key is answered with login after login",
    file: "requests.ts",
    replace: "if (!isStale || !replay || sent > 1)",
    by: "if (!isStale || !replay || sent > 3)",
  },
  {
    name: "open data is fetched when nobody wants it any more, and sent",
    file: "requests.ts",
    replace: `      const made = fresh && (await fresh());
      const { answer, session } = await inPlace(async () => {
        stillTheirs();`,
    by: `      const { answer, session } = await inPlace(async () => {
        stillTheirs();
        const made = fresh && (await fresh());`,
  },
];

import type { SessionView } from "../../../contract/operator-shapes.ts";
import { endSessionsOfUser } from "../account-administration.ts";
import { identityKey } from "../identity.ts";
import { iso } from "../iso.ts";
import { liveSessions } from "../live-session.ts";
import { isRefusal } from "../refusal.ts";
import { endSessionsOfIdentity } from "../revocation.ts";
import { sessionHandle, sessionKeyOf } from "../session.ts";
import { recordsOf } from "./bindings.ts";
import type { OperatorActions } from "./deps.ts";

export const sessionActions = {
  async "sessions.list"({ of }, deps) {
    const records = await recordsOf(of, deps);
    if (isRefusal(records)) return records;
    const lists = await Promise.all(
      records.map(async (record) => {
        const live = await liveSessions(identityKey(record), record, deps.sessions, deps.now());
        const views = live.sessions.map(({ secretHash, createdAt, expiresAt, device }) => ({
          id: sessionHandle(secretHash),
          appId: record.appId,
          openid: record.openid,
          createdAt: iso(createdAt),
          expiresAt: iso(expiresAt * 1000),
          ...(device !== undefined && { device }),
        }));
        return { views, more: live.more };
      }),
    );
    const sessions: SessionView[] = lists.flatMap(({ views }) => views);
    return { sessions, ...(lists.some(({ more }) => more) && { more: true }) };
  },

  async "sessions.revoke"({ of, id }, deps) {
    const { revocations, sessions } = deps;
    if (id === undefined && "userId" in of) {
      return { revoked: await endSessionsOfUser(of.userId, deps) };
    }
    const records = await recordsOf(of, deps);
    if (isRefusal(records)) return records;
    if (id === undefined) {
      for (const record of records) await endSessionsOfIdentity(record, revocations);
      return { revoked: records.length };
    }
    for (const record of records) {
      const key = identityKey(record);
      const named = sessionKeyOf(key, id);
      if (named && (await sessions.find(named))) {
        await sessions.remove(named);
        return { revoked: 1 };
      }
    }
    return {
      refused: "no_such_session",
      detail: "There is no session with this id: it may have ended already.",
    };
  },
} satisfies Partial<OperatorActions>;

import type { SessionView } from "../../contract/operator-actions.ts";
import { endSessionsOfUser } from "../core/account-administration.ts";
import { identityKey } from "../core/identity.ts";
import { endSessionsOfIdentity } from "../core/revocation.ts";
import { liveSessions, sessionHandle, sessionKeyOf } from "../core/session.ts";
import { iso } from "../runtime/answer.ts";
import { recordsOf } from "./bindings.ts";
import { type Actions, isRefused, refuse } from "./needs.ts";

export const sessionActions: Actions<"sessions.list" | "sessions.revoke"> = {
  async "sessions.list"({ of }, needs) {
    const records = await recordsOf(of, needs);
    if (isRefused(records)) return records;
    const lists = await Promise.all(
      records.map(async (record): Promise<SessionView[]> => {
        const live = await liveSessions(identityKey(record), record, needs.sessions, needs.now());
        return live.map(({ secretHash, createdAt, expiresAt, device }) => ({
          id: sessionHandle(secretHash),
          appId: record.appId,
          openid: record.openid,
          createdAt: iso(createdAt),
          expiresAt: iso(expiresAt * 1000),
          ...(device !== undefined && { device }),
        }));
      }),
    );
    return { sessions: lists.flat() };
  },

  async "sessions.revoke"({ of, id }, needs) {
    const { revocations, sessions } = needs;
    if (id === undefined && "userId" in of) {
      return { revoked: await endSessionsOfUser(of.userId, needs) };
    }
    const records = await recordsOf(of, needs);
    if (isRefused(records)) return records;
    if (id === undefined) {
      for (const record of records) await endSessionsOfIdentity(record, revocations);
      return { revoked: records.length };
    }
    for (const record of records) {
      const key = identityKey(record);
      const stored = await sessions.list(key);
      const named = sessionKeyOf(key, id);
      if (named && stored.some(({ secretHash }) => sessionHandle(secretHash) === id)) {
        await sessions.remove(named);
        return { revoked: 1 };
      }
    }
    return refuse("no_such_session", "There is no session with this id: it may have ended already.");
  },
};

import { handleOf } from "../login-simulation/people.ts";
import type { Recorded } from "../login-simulation/recorded.ts";
import { asked, type LoginOperation } from "./login-model.ts";

type Steps = LoginOperation["steps"];
type RecordedOf<K extends string> = Extract<Recorded, Record<K, unknown>>;
const never = Number.POSITIVE_INFINITY;

/** A schedule of one person and one account, as operations on them; what says nothing of these two is left out. */
export function operationsOf(history: readonly Recorded[]): LoginOperation[] {
  const sessions = history.flatMap((it) =>
    "login" in it && it.status === 200 ? [String(it.body.sessionId)] : [],
  );
  const byHandle = new Map(sessions.map((id) => [handleOf(id), id]));
  return history.flatMap((it) => {
    const { called, mayBeRepeated } = it;
    const isAnswered = "request" in it ? isDone(it) : it.status < 500;
    const steps =
      "login" in it ? ofLogin(it) : "route" in it ? ofRoute(it, byHandle) : ofRequest(it, byHandle);
    if (steps.length === 0) return [];
    const answered = isAnswered ? it.answered : never;
    const operation = { what: JSON.stringify(it), called, answered, steps };
    // What the SDK has sent twice may end once more what was opened in between.
    const again = { ...operation, what: `again: ${operation.what}`, answered: never };
    const isRepeated = isAnswered && mayBeRepeated && !("login" in it);
    return isRepeated ? [operation, again] : [operation];
  });
}

function isDone({ answer }: RecordedOf<"request">): boolean {
  return answer !== undefined && answer.refused !== "store_unavailable";
}

function ofLogin({ login: { credentials }, status, body }: RecordedOf<"login">): Steps {
  const { sessionId, newBinding, code } = body;
  const answer =
    status === 200
      ? { session: String(sessionId), newBinding: newBinding === true }
      : status < 500
        ? { code: String(code) }
        : undefined;
  return credentials ? asked.withPassword(String(credentials.version), answer) : asked.silently(answer);
}

function ofRoute(
  { route, session, id = "", status }: RecordedOf<"route">,
  byHandle: ReadonlyMap<string, string>,
): Steps {
  const told = status < 300 ? true : status === 403 ? false : undefined;
  switch (route) {
    case "DELETE /session":
      return asked.logOut(session, told);
    case "DELETE /sessions/{id}":
      return asked.logOut(session, told, byHandle.get(id));
    case "DELETE /sessions":
      return asked.logOutEverywhere(session, told);
    case "DELETE /binding":
      return asked.unbind(session, told);
    // The owner's routes may be kept open by a cache.
    case "GET /shop":
      return [];
    default:
      return asked.authorize(session, told);
  }
}

function ofRequest(
  { request, answer, newPassword }: RecordedOf<"request">,
  byHandle: ReadonlyMap<string, string>,
): Steps {
  const refused = answer?.refused;
  if (refused !== undefined && refused !== "store_unavailable") return [];
  switch (request.action) {
    case "sessions.revoke":
      return request.id === undefined ? asked.revoke() : asked.revokeOne(byHandle.get(request.id) ?? "");
    case "bindings.remove":
      return newPassword === undefined ? asked.removeBinding() : asked.changePassword(String(newPassword));
    case "bindings.enable":
      return asked.enableIdentity();
    case "accounts.disable":
      return asked.disable();
    case "accounts.enable":
      return asked.enable();
    case "accounts.passwd":
      return asked.changePassword(String(newPassword));
    case "accounts.remove":
      return asked.removeAccount();
    case "accounts.add":
      return asked.addAccount(String(newPassword));
    default:
      return [];
  }
}

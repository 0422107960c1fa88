import type {
  AdminAction,
  AdminAnswer,
  AdminRequest,
  CheckDeployment,
} from "../../contract/operator-actions.ts";
import { type Facts, StoreUnavailable } from "../core/refusal.ts";
import type { LambdaFunction } from "../runtime/shell.ts";
import { accountActions } from "./accounts.ts";
import { bindingActions } from "./bindings.ts";
import { deploymentActions } from "./deployment.ts";
import { type Actions, type AdminNeeds, isRefused, type Refused, refuse } from "./needs.ts";
import { InvalidRequest, readAdminRequest } from "./read-request.ts";
import { sessionActions } from "./sessions.ts";

/** An import of 25 passwords hashes for a second or two. */
const deadlineMs = 50_000;

const actions: Actions<AdminAction> = {
  ...accountActions,
  ...bindingActions,
  ...sessionActions,
  ...deploymentActions,
};

/** What contract/operator-actions.ts describes. Every request leaves one line in the log, whether it was carried out or not. */
export function adminHandler(needs: AdminNeeds): LambdaFunction<unknown, object> {
  return {
    deadlineMs,
    about: () => ({ event: "admin" }),
    async handle(event) {
      const request = readOrRefuse(event);
      if (isRefused(request)) return { answer: request, line: { outcome: request.refused } };
      const line = factsOf(request, needs.appIds);
      try {
        const answer = await carryOut(request, needs);
        const done = isRefused(answer)
          ? { outcome: answer.refused }
          : { outcome: "done", ...sessionIn(request), ...counts(answer) };
        return { answer, line: { ...line, ...done } };
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        const answer = refuse("store_unavailable", `${error.message}. Nothing is lost: run it again.`);
        return { answer, line: { ...line, outcome: answer.refused } };
      }
    },
  };
}

function readOrRefuse(event: unknown): AdminRequest | Refused {
  try {
    return readAdminRequest(event);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return refuse("invalid_request", error.message);
  }
}

function carryOut<A extends AdminAction>(
  request: AdminRequest & { action: A },
  needs: AdminNeeds,
): Promise<AdminAnswer<AdminAction>> {
  // The table's type pairs each action with its own request, which TypeScript cannot follow through a lookup.
  const action = actions[request.action] as (
    request: AdminRequest,
    needs: AdminNeeds,
  ) => Promise<AdminAnswer<A>>;
  return action(request, needs);
}

/**
 * Whom and what it was about; no password, hash or AppSecret. Usernames, userIds and openids are logged as they were
 * typed, because an attempt that was refused is worth knowing too. An AppId only if it is one of the deployment's: next
 * to it the AppSecret is typed.
 */
function factsOf(request: AdminRequest, appIds: readonly string[]): Facts {
  const { action } = request;
  if ("of" in request) {
    return "userId" in request.of
      ? { action, userId: request.of.userId }
      : { action, openid: request.of.openid, ...appIdIn(request.of, appIds) };
  }
  if ("account" in request) return { action, account: request.account };
  if ("username" in request) return { action, account: request.username };
  if ("rows" in request) return { action, rows: request.rows.length };
  return { action, ...appIdIn(request, appIds) };
}

function appIdIn(asked: { readonly appId?: string } | CheckDeployment, appIds: readonly string[]): Facts {
  const appId = "appId" in asked ? asked.appId : undefined;
  return appId !== undefined && appIds.includes(appId) ? { appId } : {};
}

/** Only of a session that was found: otherwise it may be a whole SessionId, with which people log in. */
function sessionIn(request: AdminRequest): Facts {
  return "id" in request && request.id !== undefined ? { id: request.id } : {};
}

function counts(answer: object): Facts {
  if ("results" in answer && Array.isArray(answer.results)) {
    return { added: answer.results.filter(({ result }) => result === "added").length };
  }
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => typeof value === "number"));
}

import { adminDeadlineMs } from "../../contract/deadline-ms.ts";
import {
  type AdminAction,
  type AdminAnswer,
  operatorActions as contract,
  type ReadRequest,
  readAdminRequest,
} from "../../contract/operator-actions.ts";
import { operatorActions } from "../core/operator-actions/actions.ts";
import type { OperatorDeps } from "../core/operator-actions/deps.ts";
import { type Facts, isRefusal, StoreUnavailable } from "../core/refusal.ts";
import type { LambdaFunction } from "../runtime/shell.ts";
import { logFacts } from "./log-facts.ts";

/** What contract/operator-actions.ts describes. Every request leaves one line in the log, carried out or not. */
export function adminHandler(deps: OperatorDeps): LambdaFunction<unknown, object> {
  return {
    deadlineMs: adminDeadlineMs,
    about(event) {
      const request = readAdminRequest(event);
      return { event: "admin", ...(!isRefusal(request) && asked(request, deps, false)) };
    },
    async handle(event) {
      const request = readAdminRequest(event);
      if (isRefusal(request)) return { answer: request, line: { outcome: request.refused } };
      const answer = await carryOut(request, deps);
      if (isRefusal(answer)) return { answer, line: { outcome: answer.refused } };
      const { appIds } = deps;
      const done = logFacts(contract[request.action].answer, answer, { appIds, done: true });
      return { answer, line: { ...asked(request, deps, true), ...done, outcome: "done" } };
    },
  };
}

async function carryOut<A extends AdminAction>(
  { action, fields }: ReadRequest<A>,
  deps: OperatorDeps,
): Promise<AdminAnswer<A>> {
  try {
    return await operatorActions[action](fields, deps);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return { refused: "store_unavailable", detail: `${error.message}. Nothing is lost: run it again.` };
  }
}

/** Whom and what it was about, as far as the contract lets it be said. */
function asked({ action, fields }: ReadRequest, { appIds }: OperatorDeps, done: boolean): Facts {
  return { action, ...logFacts(contract[action].request, fields, { appIds, done }) };
}

import {
  type AdminAction,
  type AdminAnswer,
  operatorActions as contract,
  type OperatorRefusal,
  type ReadRequest,
  readAdminRequest,
} from "../../contract/operator-actions.ts";
import { operatorActions } from "../core/operator-actions/actions.ts";
import type { OperatorDeps } from "../core/operator-actions/deps.ts";
import { type Facts, isRefusal, StoreUnavailable } from "../core/refusal.ts";
import type { Invocation, Time } from "../runtime/invocation.ts";
import { whatBroke } from "../runtime/what-broke.ts";
import { logFacts } from "./log-facts.ts";

export interface AdminHandlerNeeds {
  /** Everything, with calls that end at `deadline` and are timed. */
  readonly needsUntil: (deadline: AbortSignal, time: Time) => OperatorDeps;
  readonly begin: () => Invocation;
}

/** An import of 25 passwords hashes for a second or two. */
const deadlineMs = 50_000;

/** What contract/operator-actions.ts describes. Every request leaves one line in the log, carried out or not. */
export function adminHandler({ needsUntil, begin }: AdminHandlerNeeds) {
  return async (event: unknown): Promise<object> => {
    const { log, time } = begin();
    const deps = needsUntil(AbortSignal.timeout(deadlineMs), time);
    const request = readAdminRequest(event);
    try {
      const answer = isRefusal(request) ? request : await carryOut(request, deps);
      log({ ...about(request, answer, deps), outcome: isRefusal(answer) ? answer.refused : "done" });
      return answer;
    } catch (error) {
      log({ ...about(request, undefined, deps), outcome: "failed", ...whatBroke(error).facts });
      throw error;
    }
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
function about(
  request: ReadRequest | OperatorRefusal,
  answer: AdminAnswer<AdminAction> | undefined,
  { appIds }: OperatorDeps,
): Facts {
  if (isRefusal(request)) return { event: "admin" };
  const { action, fields } = request;
  const schemas = contract[action];
  if (answer === undefined || isRefusal(answer)) {
    return { event: "admin", action, ...logFacts(schemas.request, fields, { appIds, done: false }) };
  }
  const done = { appIds, done: true };
  return {
    event: "admin",
    action,
    ...logFacts(schemas.request, fields, done),
    ...logFacts(schemas.answer, answer, done),
  };
}
